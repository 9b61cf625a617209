"""`harness migration`: every phase, there and back."""
