"""Mirrors harness/stack/roles."""
