"""`harness report`: what several runs come to together.

merge   the shards' histories as one run
"""
