"""`harness findings`: what the runs prove to be wrong, and which phase ends it."""
