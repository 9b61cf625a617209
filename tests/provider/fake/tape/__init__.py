"""Mirrors harness/provider/fake/tape."""
