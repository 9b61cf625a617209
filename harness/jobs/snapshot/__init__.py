"""`harness snapshot`: the plan's baseline of the configuration and the ledger, and differences between two."""
