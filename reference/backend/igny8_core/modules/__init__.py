"""Modules that cut across the domain."""
