"""`harness fake`: the provider fake alone."""
