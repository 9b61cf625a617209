"""`harness check`: judge a stored run again; `--with` an older one, to tell what only the harness changed."""
