"""Mirrors harness/stack/isolation."""
