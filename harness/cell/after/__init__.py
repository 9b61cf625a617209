"""What comes after the answer, and what comes of a cell that could not be driven to its end.

rest     whether threads, processes, calls and transactions that a cell began have come to rest
side     where else a cell left something: redis, files, schemas, open transactions, processes
late     what came of a cell once it was observed
broken   a stack that broke in a cell, by name
"""
