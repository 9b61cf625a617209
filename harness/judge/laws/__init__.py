"""The ledger's laws. Those that are judged cell by cell are each a function (cell, context) -> Result.

balance   1 balance = opening + sum, 2 balance_after chains, 3 never negative
charges   4 one usage log <-> one deduction
provider  5 every provider success is charged once, with the provider's own tokens
prices    6 credits and cost equal the rate card
rows      7 old rows never change, 9 other accounts untouched, 11 nothing stuck in progress
refunds   8 refunds at most the original, once
refused   10 a rejected request leaves no row and no call
scale     14 sign and scale
atomic    15 a charge is one transaction
strangers 16 nobody is told what is another's
trust     certificates of providers are verified
world     a varied world is varied
secrets   no secret is told where it is not kept
journal   what tables hold is what transactions did to them; texts: one value in the spellings of both

Laws over a run are each (cells, context) -> results. 12 and 13 compare cells: harness.judge.golden.agreement.

relations   17 equal use costs the same, 18 more is never cheaper, 19 parts cost the whole
comparable  of which charges that can be asked
"""
