"""`harness check`: judge a stored run again."""
