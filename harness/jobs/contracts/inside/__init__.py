"""What runs inside the target's own process, from outside its tree: its description, and request bodies.

settings    the target's settings with drf-spectacular beside its apps: a settings module of ours, the tree stays as it is
described   what the target says of itself: tasks, schedule, endpoints, the OpenAPI document it generates
bodies      right and broken request bodies against the views, and what a refused one leaves
wsgi        the application without a server, and a transaction that leaves nothing
__main__    the program that the stack starts with the target's environment: one job, for bodies or the fuzzer
"""
