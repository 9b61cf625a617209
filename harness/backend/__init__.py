"""What is known of the backend under test, and how it is found out.

description harness.toml, read
shape       what may stand in it
problems    everything that is wrong with it, each with its line
ledger      its [ledger]
auth        how a caller shows who it is, where looking finds that out
tables      its [tables], and what looking finds: what is watched
freed       its [free], and what of it is refused
providers   who speaks at which host, part of the description
scenarios   the scenario values of a target
phases/     the phases of its migration: manifests, trees, what each changed
python/     the interpreter that runs the target, and what is installed there
roles/      the target's own programs: as harness.toml says them, as they usually are
guess/      what can be guessed of a target that is not described
look/       looking at a target: asked in its own interpreter, kept by content
at_phase    the description, and the tree that belongs to it, at a phase
reachable   its [reach]: which code need not be reached
own         how its own tests are run
branches    the functions of its sources, and which of their branches ran
altered/    what differs between two versions of its sources, and who can notice it
edits       which single settings a world can be varied by
catalogue   schema and rows, read from a live database
tree        the content of a folder, as one digest that is cheap the second time
legacy      contracts/legacy.toml, and the target's sources that its rules speak of
"""
