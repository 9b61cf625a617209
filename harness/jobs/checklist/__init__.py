"""`harness checklist`: the plan's tables, filled in from a stored run.

criteria/   `harness criteria`: its seven success criteria
findings/   `harness findings`: what the runs prove to be wrong
"""
