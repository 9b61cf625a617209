"""`harness golden review`: the changes of a stored run one at a time, each beside its evidence, accepted or skipped by a key.

judge     which changes there are, in which order; what accepting each would write
money     what 1,000 operations are charged and cost, before and after
evidence  the row of a charge, the provider's call that it pays for, the task or request that made it
run       the keys: what is asked, and what is written
terminal  who is asked: a key, a line, a browser
"""
