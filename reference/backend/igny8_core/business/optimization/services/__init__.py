"""Services that optimize."""
