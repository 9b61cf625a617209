"""What can be guessed of a backend that nobody has described yet: by looking alone, and never by a list of known ones.

source    its own source, read without importing it: variables of the environment, hosts that are called
environ   which of those variables say where the database, the broker and a cache are
money     where its ledger seems to stand, and how sure that is
seen      the same by what happened: which number fell, which new row says as much
candidates  where a balance may stand when neither says so
words     how columns and tables of a ledger are called
settings  what harness.toml must say of it: where DATABASES is read from, [ledger] in lines
"""
