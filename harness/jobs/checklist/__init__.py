"""`harness checklist`: the plan's tables, filled in from a stored run.

files       the plan's text: contracts/checklist.toml
criteria/   `harness criteria`: its seven success criteria
findings/   `harness findings`: what the runs prove to be wrong
"""
