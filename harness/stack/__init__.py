"""Where the target runs: three tiers on shared parts.

isolation/   run(main): move the program onto an island, of whichever kind the machine allows
database/    PostgreSQL: server, prepared and cached; reset, seed, capture
vary/        a seeded world made into one that tells more apart
broker/      Valkey, and the tap on it: every task message, and quiescence
roles/       the target's own programs: environment, process, log, shell
doors/       ways in from outside

processes/   tier: the real servers, on an island
inprocess/   tier: the target in this interpreter
docker/      tier: the same stack in containers
"""
