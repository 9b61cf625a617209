"""Mirrors harness/stack/vary."""
