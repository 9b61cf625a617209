"""`harness worker`: drives cells for `verify --on`. run: Celery and the lease; stack: the stack kept from cell to cell."""
