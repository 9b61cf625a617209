"""What fuzzing runs inside the target's own process: it knows the models endpoint and nothing of the stack.

world       the accounts and tokens that every fuzzed database state has
states      Hypothesis: database states of the endpoint
oracle      what the endpoint must answer to a state, computed from the rows and from nothing of the target
inprocess   one state: rows in, WSGI call, judged, rolled back
search      one state after the other, and the least of one that breaks a rule
"""
