"""Mirrors harness/stack/doors."""
