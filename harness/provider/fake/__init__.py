"""The provider fake: recorded truth on the wire, exactly once, with faults laid over it.

A request goes down this list:

reading           bytes -> requests, bounded
connection        one request after the other, and its answer -> bytes; websocket: the same for messages
service           which host and provider, which scenario's epoch; hands out the answer
epoch             one loaded scenario: its tape, its faults, and the ledger of its calls
match             the canonical key of a request, and the tape that is indexed by it
nearest           on a miss: the closest recording, the JSON paths that differ, what to do
faults            what may be laid over recorded truth, and on which calls
answer            the bytes of an answer: echo, content-encoding, chunks of a stream
deliver           when and how far an answer is sent: at once, late, held, cut, never
calls             one provider call, as the ledger keeps it and as the history shows it
recording         record mode only: forwarding in one worker thread (replay has no client at all)
                  simulate mode: the simulator is called in this process (process.simulated)
config, process   `python -m harness.provider.fake --config FILE`
control_server    the unix socket of a running fake;  control: its client, FakeControl
"""
