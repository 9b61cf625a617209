"""Mirrors harness/provider."""
