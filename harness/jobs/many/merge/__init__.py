"""`harness report`: shards merged and judged whole; what plans are split by."""
