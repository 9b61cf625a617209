"""`harness vary`: what is varied, why, where it shows, and what shows nowhere.

run      learning: each setting in cells that may show it, in one stack
tried    which cells are tried;  judge: in which of them a setting shows
values   what is known of it
"""
