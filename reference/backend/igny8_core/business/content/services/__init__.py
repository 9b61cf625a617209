"""Services that make tasks."""
