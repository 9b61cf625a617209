"""`harness reach`: which code of the target a run with --reach has reached, by which cells, and which not.

skeleton   a scenario that would reach something, to be filled in
"""
