"""Recording: requests are forwarded through vcrpy, and what comes back is scrubbed, scanned, and only then kept.

    begin(scenario, tape, upstream, out)    open a recording
    forward(request, scenario)              one request upstream; the answer, as a replay will give it
    finish(scenario)                        scrub, scan, split by provider, compare with what is there, write
    abort(scenario)                         close it and keep nothing

    session   the four verbs and what is open between them
    upstream  where a request goes: the simulator or the real provider, with keys from the environment only
    keep      from staged interactions to committed files
    imported  a HAR file that others recorded, as a cassette of ours
    plan      what a dry run shows

The order is the safety: keys are never staged, a finding of the scan writes nothing, and a file that exists is replaced
only when its traffic differs and the caller says so.
"""

from harness.provider.record.session import abort, begin, finish, forward

__all__ = ["abort", "begin", "finish", "forward"]
