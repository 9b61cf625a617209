"""Optimization: a direct service."""
