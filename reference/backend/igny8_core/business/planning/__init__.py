"""Keywords, the clusters they form, and ideas for content."""
