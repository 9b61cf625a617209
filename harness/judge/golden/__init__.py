"""What a cell came to, in the form that a golden locks, and how two of those differ.

outcome      outcome_of(cell, ...);  ordering, rowlines, aliases: in which order, as which lines, by which names
difference   how two outcomes differ, credits first
locked       the golden check
agreement    laws 12 and 13, which compare cells
canonical    a history's form that two equal runs share byte for byte
"""
