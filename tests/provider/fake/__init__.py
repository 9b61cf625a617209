"""Mirrors harness/provider/fake."""
