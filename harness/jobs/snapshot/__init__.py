"""`harness snapshot`: the plan's baseline of the configuration and the ledger, and differences between two.

files      its document, held to what the plan lists and scanned for secrets; written and read
"""
