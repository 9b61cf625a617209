"""`harness fuzz`: the models endpoint on generated database states.

run            the search, in the target's process
schemathesis   the same endpoint through WSGI and over HTTP
"""
