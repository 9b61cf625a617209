"""Accounts and who may act for them."""
