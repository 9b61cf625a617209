"""`harness watch`: the affected cells, each time a file is saved."""
