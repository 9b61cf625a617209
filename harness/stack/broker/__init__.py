"""The target's broker.

valkey   the wheel's server
tap      every task message, and quiescence
publish  a message is sent; which messages a killed worker took with it
"""
