"""Mirrors harness/stack/database."""
