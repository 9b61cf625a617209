"""The wire of a fake: bytes of a client in, bytes of an answer out.

connection  one request after the other, and its answer -> bytes
reading     bytes -> requests, bounded
websocket   the same for messages
"""
