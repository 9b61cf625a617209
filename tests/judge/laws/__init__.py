"""Mirrors harness/judge/laws."""
