"""Mirrors harness/stack/broker."""
