"""Mirrors harness/provider/cassettes."""
