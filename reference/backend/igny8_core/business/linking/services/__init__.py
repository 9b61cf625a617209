"""Services that link."""
