"""What runs inside the target's own process, from outside its tree: its description, and the fuzzing of its endpoint.

settings    the target's settings with drf-spectacular beside its apps: a settings module of ours, the tree stays as it is
described   what the target says of itself: tasks, schedule, endpoints, the OpenAPI document it generates
world       the accounts and tokens that every fuzzed database state has
states      Hypothesis: database states of the endpoint
oracle      what the endpoint must answer to a state, computed from the rows and from nothing of the target
inprocess   one state: rows in, WSGI call, judged, rolled back
search      one state after the other, and the least of one that breaks a rule
bodies      right and broken request bodies against the views, and what a refused one leaves
wsgi        the application without a server, and a transaction that leaves nothing
__main__    the program that the stack starts with the target's environment
"""
