"""`harness manage`: a manage.py command in a disposable stack (the target's own tests)."""
