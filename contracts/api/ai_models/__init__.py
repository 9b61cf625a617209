"""What fuzzing knows of the models endpoint, whose input is the database: `harness fuzz ai_models`.

world    the accounts and tokens that every state has, and who asks with them
states   Hypothesis: states of the database
rows     how a state is put into the target's tables
oracle   what must be answered, computed from the rows and from nothing of the target
"""
