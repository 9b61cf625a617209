"""`harness runs`: the stored runs, which of them stay and why, and taking away those that need not."""
