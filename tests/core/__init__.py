"""Mirrors harness/core."""
