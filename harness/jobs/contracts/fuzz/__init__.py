"""`harness fuzz`: an endpoint of contracts/api on generated database states.

run            the search, in the target's process
schemathesis   the same endpoint through WSGI and over HTTP
case           the smallest state that broke a rule, kept and read again
endpoints      what is known of each endpoint, which is beside the contracts: found and loaded
protocol       the few words that an endpoint's files and the fuzzer share
inside/        one state after the other, as it runs in the target's process
"""
