"""Mirrors harness/stack/processes."""
