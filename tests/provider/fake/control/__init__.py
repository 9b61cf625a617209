"""Mirrors harness/provider/fake/control."""
