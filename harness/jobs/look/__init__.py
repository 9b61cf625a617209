"""`harness look`: what the harness finds by looking at the target, as a table and as JSON."""
