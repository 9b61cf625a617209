"""Mirrors harness/backend/look."""
