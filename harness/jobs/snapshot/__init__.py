"""`harness snapshot`: the plan's baseline of the configuration and the ledger, and differences between two.

sections   of which models and fields it is: contracts/snapshot.toml
files      its document, held to the sections and scanned for secrets; written and read
"""
