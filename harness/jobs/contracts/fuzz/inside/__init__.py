"""What fuzzing runs inside the target's own process: nothing of an endpoint, nothing of the stack.

inprocess   one state: rows in, WSGI call, judged, rolled back
search      one state after the other, and the least of one that breaks a rule
"""
