"""Internal links: a direct service."""
