"""Measures the provider fake against named peers in the same run; prints a table of ratios, exits 1 when a bound breaks.

    python bench/fake.py [--requests 10000] [--quick]

CPU is the server process's own (its main thread's run time), so that a busy machine changes little; ratios are what
counts. mitmproxy is run when HARNESS_MITMDUMP names its program, or `mitmdump` is on the path.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from harness.core.cassette import Cassette, Interaction, RecordedRequest, RecordedResponse
from harness.provider import cassettes, tls
from harness.provider.fake.control.client import FakeControl
from harness.provider.fake.service import Service
from harness.provider.fake.tape.match import Tape, prepare

HERE = Path(__file__).parent
CLIENTS = 16
HOST = "api.openai.com"
HEADERS = {
    "content-type": ("application/json",),
    "x-request-id": ("req_0123456789abcdef",),
    "openai-processing-ms": ("812",),
    "openai-version": ("2020-10-01",),
    "x-ratelimit-limit-requests": ("10000",),
    "x-ratelimit-remaining-requests": ("9999",),
}


def interactions(count: int) -> tuple[Interaction, ...]:
    """Distinct chat completions of a plausible size: about 700 bytes asked, 1,700 answered."""
    return tuple(interaction(index) for index in range(count))


def interaction(index: int, times: int = 1) -> Interaction:
    asked = {
        "model": "gpt-5.1",
        "messages": [
            {"role": "system", "content": "You group keywords into clusters. " * 8},
            {"role": "user", "content": f"Keyword list {index}: " + "timber frame house, " * 15},
        ],
        "response_format": {"type": "json_object"},
    }
    answered = {
        "id": f"chatcmpl-{index}",
        "object": "chat.completion",
        "model": "gpt-5.1-2025-11-13",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "cluster text " * 110}}],
        "usage": {"prompt_tokens": 170, "completion_tokens": 360, "total_tokens": 530},
    }
    return Interaction(
        request=RecordedRequest(
            method="POST",
            uri=f"https://{HOST}/v1/chat/completions",
            headers={"content-type": ("application/json",), "user-agent": ("python-requests/2.32",)},
            body=json.dumps(asked).encode(),
        ),
        response=RecordedResponse(status=200, reason="OK", headers=HEADERS, body=json.dumps(answered).encode()),
        index=index,
        times=times,
    )


def wire(body: bytes) -> bytes:
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: %b\r\nUser-Agent: bench\r\nAccept: */*\r\n"
        b"Accept-Encoding: gzip, deflate\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (HOST.encode(), len(body), body)
    )


class Client(asyncio.Protocol):
    """Sends one request after the other on one connection and counts whole answers."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[int]) -> None:
        self.requests, self.done = requests, done
        self.buffer, self.wanted, self.good = b"", 0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.next()

    def next(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
        else:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.wanted:
            head, gap, _ = self.buffer.partition(b"\r\n\r\n")
            if not gap:
                return
            at = head.lower().find(b"content-length:") + 15
            if at < 15:
                self.transport.close()  # not one of the answers that are counted
                return
            self.wanted = len(head) + 4 + int(head[at:].split(b"\r\n", 1)[0])
        if len(self.buffer) >= self.wanted:
            self.good += self.buffer.startswith(b"HTTP/1.1 200")
            self.buffer, self.wanted = b"", 0
            self.next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(self.good)


async def drive(port: int, bodies: list[bytes], context: object) -> int:
    """Answers with status 200, from CLIENTS connections that share the work."""
    loop = asyncio.get_running_loop()
    shared = iter([wire(body) for body in bodies])
    futures = []
    for _ in range(CLIENTS):
        future: asyncio.Future[int] = loop.create_future()
        futures.append(future)
        await loop.create_connection(
            lambda future=future: Client(shared, future),
            "127.0.0.1",
            port,
            ssl=context,
            server_hostname="localhost" if context else None,
        )
    return sum(await asyncio.gather(*futures))


def cpu_ns(pid: int) -> int:
    """Run time of the main thread of `pid`, in nanoseconds."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def rss_kib(pid: int) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


@contextmanager
def server(command: list[str]) -> Iterator[tuple[int, list[int]]]:
    """A server process: (pid, ports), once it has printed "ready PORT..."."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        if not line.startswith("ready"):
            raise SystemExit(f"{command} did not start")
        yield process.pid, [int(port) for port in line.split()[1:]]
    finally:
        process.stdin.close()
        process.wait(20)


def per_request_us(pid: int, port: int, bodies: list[bytes], context: object) -> float:
    began = cpu_ns(pid)
    good = uvloop.run(drive(port, bodies, context))
    if good != len(bodies):
        raise SystemExit(f"{len(bodies) - good} of {len(bodies)} requests got no 200")
    return (cpu_ns(pid) - began) / len(bodies) / 1000


def bench_requests(folder: Path, count: int, rounds: int) -> list[tuple[str, float, str, float | None]]:
    found = interactions(count)
    cassettes.write(Cassette(name="big", interactions=found), folder / "big.yaml")
    bodies = [one.request.body for one in found]
    config = {
        "listen": [["127.0.0.1", 0], ["127.0.0.1", 0, "http"]],
        "hosts": [HOST],
        "tls_dir": str(folder / "tls"),
        "control": str(folder / "fake.sock"),
        "cassettes": str(folder),
        "cache": str(folder / "cache"),
    }
    (folder / "fake.json").write_text(json.dumps(config))
    rows = []
    static = [sys.executable, str(HERE / "fake_static.py"), str(folder / "tls"), str(len(found[0].response.body))]
    fake = [sys.executable, "-m", "harness.provider.fake", "--config", str(folder / "fake.json")]
    with server(fake) as (fake_pid, fake_ports), server(static) as (static_pid, static_ports):
        import ssl

        secure = ssl.create_default_context(cafile=str(folder / "tls" / "ca.pem"))
        with FakeControl(folder / "fake.sock", timeout_s=600) as control:
            for at, (name, context) in enumerate((("TLS", secure), ("plain", None))):
                floors, costs = [], []
                for _ in range(rounds):
                    floors.append(per_request_us(static_pid, static_ports[at], bodies, context))
                    control.load("bench", ["big"])
                    costs.append(per_request_us(fake_pid, fake_ports[at], bodies, context))
                report = control.report()
                if report.unmatched or report.unplayed or len(report.calls) != count:
                    raise SystemExit("the fake did not play everything exactly once")
                floor, cost = statistics.median(floors), statistics.median(costs)
                rows.append((f"static server, {name}", floor, "us CPU a request", None))
                rows.append((f"fake, {name}: {cost:.1f} us", cost / floor, "x the static server (bound 4)", 4.0))
            rows.append(("memory after " + memory(control, folder, fake_pid, fake_ports[1]), 0.0, "", None))
    return rows


def memory(control: FakeControl, folder: Path, pid: int, port: int) -> str:
    """Resident memory before and after 20,000 requests in 20 scenarios."""
    cassettes.write(Cassette(name="one", interactions=(interaction(0, times=0),)), folder / "one.yaml")
    bodies = [interaction(0).request.body] * 1000
    sizes = []
    for turn in range(24):
        control.load(f"memory/{turn}", ["one"])
        uvloop.run(drive(port, bodies, None))
        sizes.append(rss_kib(pid))
    growth = (sizes[-1] - sizes[3]) / 20_000 * 1024
    if growth > 20:
        raise SystemExit(f"memory grows by {growth:.0f} bytes a request: {sizes}")
    return f"20,000 requests: {sizes[3] / 1024:.0f} -> {sizes[-1] / 1024:.0f} MiB, {growth:.1f} bytes a request"


def bench_match(count: int) -> tuple[str, float, str, float | None]:
    """The cost of matching at the end of a cassette over that at its beginning: medians of 300 decisions each."""
    found = interactions(count)
    service = Service(hosts={HOST: "openai"})
    recordings = service.prepare(Cassette(name="big", interactions=found))

    def decisions(order: range) -> float:
        epoch = service.load("bench", recordings)
        for index in range(count):
            if index not in order:
                epoch.tape.take(epoch.tape.find(recordings[index].key))
        spent = []
        for index in order:
            body = bytes(bytearray(found[index].request.body))
            began = time.perf_counter_ns()
            epoch.decide(recordings[index].profile, HOST, "POST", "/v1/chat/completions", body)
            spent.append(time.perf_counter_ns() - began)
        return statistics.median(spent) / 1000

    first, last = [], []
    for _ in range(5):
        first.append(decisions(range(300)))
        last.append(decisions(range(count - 300, count)))
    early, late = statistics.median(first), statistics.median(last)
    return f"match at {count:,}th: {late:.1f} us, at 1st: {early:.1f} us", late / early, "x (bound 1.2)", 1.2


def bench_load(folder: Path, count: int) -> list[tuple[str, float, str, float | None]]:
    path = folder / "load.yaml"
    cassettes.write(Cassette(name="load", interactions=interactions(count)), path)
    cache = folder / "load-cache"

    def timed(work: Callable[[], object]) -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    text = path.read_text()
    vcrpy = timed(lambda: deserialize(text, yamlserializer))
    first = timed(lambda: cassettes.read(path, cache=cache))
    second = min(timed(lambda: cassettes.read(path, cache=cache)) for _ in range(3))
    tape = timed(lambda: Tape(prepare(cassettes.read(path, cache=cache))))
    return [
        (f"vcrpy loads {count:,} interactions", vcrpy, "s CPU", None),
        (f"first load: {first:.2f} s", vcrpy / first, "x faster than vcrpy (bound 3)", -3.0),
        (f"second load: {second * 1000:.0f} ms", vcrpy / second, "x faster than vcrpy (bound 20)", -20.0),
        ("load and index", tape, "s CPU", None),
    ]


def bench_mitmproxy(folder: Path, fake_us: float) -> tuple[str, float, str, float | None]:
    program = os.environ.get("HARNESS_MITMDUMP") or shutil.which("mitmdump")
    if program is None:
        return "mitmproxy is not installed: compare with the static server only", 0.0, "", None
    sys.path.insert(0, str(HERE))
    import fake_mitmproxy

    cost = fake_mitmproxy.cost_us(program, folder, interactions(1000), server_cpu=cpu_ns, drive=drive)
    return f"mitmproxy server replay of 1,000 flows: {cost:.0f} us", cost / fake_us, "x the fake (bound 40)", -40.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="fewer requests and rounds")
    options = parser.parse_args()
    count, rounds, entries = (2_000, 1, 1_000) if options.quick else (options.requests, 3, 5_000)
    with tempfile.TemporaryDirectory(prefix="bench-fake-") as scratch:
        folder = Path(scratch)
        tls.issue(folder / "tls", [HOST])
        rows = bench_load(folder, entries)
        rows.append(bench_match(10_000))
        requests = bench_requests(folder, count, rounds)
        rows += requests
        plain = next(ratio for name, ratio, _, _ in requests if name.startswith("fake, plain"))
        floor = next(cost for name, cost, _, _ in requests if name == "static server, plain")
        rows.append(bench_mitmproxy(folder, plain * floor))
    broken = 0
    for name, value, unit, bound in rows:
        missed = bound is not None and (value > bound if bound > 0 else value < -bound)
        broken += missed
        print(f"{name:<58} {f'{value:8.2f}' if unit else '':>8} {unit}{'   MISSED' if missed else ''}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
