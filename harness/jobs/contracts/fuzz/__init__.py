"""`harness fuzz`: the models endpoint on generated database states.

run            the search, in the target's process
schemathesis   the same endpoint through WSGI and over HTTP
inside/        states, oracle and search, as they run in the target's process
"""
