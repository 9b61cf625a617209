"""One room for each job, named after its verb; rooms inside it are the verbs that live on it. In each:

verb.py     the click command: options, what is refused, the exit code
run.py      does the work
judge.py    pure: what came of it, as verdicts (judge/ where it is long)
report.py   tells it, to people and as a document
values.py   the values that these pass to each other
*.py        parts of run.py or judge.py, named after what they are

verify      every scenario on every path against the goldens          check: a stored run again
phase       one phase of the migration, there and back                migration: all of them
shadow      two states of the target on the same tape
week        168 hours of beat and many customers
contracts   provider, API, bodies, Celery, schema, legacy             fuzz: an endpoint on generated states
checklist   the plan's checklist                                      criteria, findings
snapshot    the plan's baseline, and differences between two
golden      compare with, or accept into, the goldens
record      make cassettes                                            cassette: look after them; fake: play them
hand        a stack for hand work                                     manage: one manage.py command
report      what several runs come to together
worker      a plan on other machines: verify --on, and its workers
score       a catalogue of mistakes, each planted and told or not
perturb     a stored run changed value by value, and the judge asked again
vary        the worlds that scenarios are driven in beside their own
reach       which code of the target the cells of a run ran
look        what is found by looking at the target
schema      what may stand in the files that people write
kept        the stored runs, `harness runs`: which stay, and why
adopt       the first hour with a backend: init, doctor

Rooms do not import each other. The one exception is in pyproject.toml: verify hands a plan to worker.
"""
