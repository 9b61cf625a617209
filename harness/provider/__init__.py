"""Everything that speaks for, or about, the providers (OpenAI, Runware, WordPress).

profiles    a file for each provider: hosts, volatile and echoed fields, how it says no, how its answers are read
marks       what stands for a credential until it is known by name
tls         the harness's own certificate authority and leaf certificates
cassettes   reading, writing and looking after recorded traffic
fake        the one server that replays it, exactly once, with faults laid over it
simulator   a deterministic provider to record from when no key is at hand
record      forwarding through vcrpy, scrubbing, provenance
contracts   what a request and an answer of each provider must look like;  schemas, overlays: in JSON Schema, and what that cannot say
prices      what traffic costs in USD, by the rate card
"""
