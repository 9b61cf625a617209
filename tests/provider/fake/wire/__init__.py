"""Mirrors harness/provider/fake/wire."""
