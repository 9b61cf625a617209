"""The target's broker.

valkey   the wheel's server
tap      every task message, and quiescence
"""
