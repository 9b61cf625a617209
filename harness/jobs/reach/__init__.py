"""`harness reach`: which code of the target a run with --reach has reached, by which cells, and which not."""
