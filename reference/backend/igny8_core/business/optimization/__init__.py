"""Better versions of contents."""
