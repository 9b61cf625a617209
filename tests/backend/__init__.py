"""Mirrors harness/backend."""
