"""The provider fake: recorded truth on the wire, exactly once, with faults laid over it.

A request goes down this list:

wire              connection and websocket: bytes -> requests or messages, bounded, and answers -> bytes
service           which host and provider, which scenario's epoch; hands out the answer
epoch             one loaded scenario: its tape, its faults, and the ledger of its calls;  decided: what becomes of one request
tape              match: the recordings, indexed by the canonical key of a request; nearest, on a miss; answer: its bytes
faults            what may be laid over recorded truth, and on which calls
handshakes        what TLS handshakes said, and what was shown to their clients
deliver           when and how far an answer is sent: at once, late, held, cut, never
head              how a request came and what stood in its head, credentials marked; free.toml: what is left out, and why
calls             one provider call, as the ledger keeps it and as the history shows it
recording         record mode only: forwarding in one worker thread (replay has no client at all)
                  simulate mode: the simulator is called in this process (process.simulated)
mail              a mail server that takes every mail and sends none
names             a name server beside it, which hears of the hosts that nobody declared
config, process   `python -m harness.provider.fake --config FILE`
control           the unix socket of a running fake (server), and FakeControl (client)
"""
