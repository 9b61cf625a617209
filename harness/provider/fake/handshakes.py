"""What the TLS handshakes of the clients said, and what was shown to them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from socket import socket
from weakref import WeakKeyDictionary, WeakSet

from harness.core.variation import WENT_ON
from harness.provider.fake.head import Via
from harness.provider.profiles import name_of


class Handshakes:
    """Of connections that are still there."""

    def __init__(self) -> None:
        self.server_names: WeakKeyDictionary[object, str] = WeakKeyDictionary()
        """TLS connection -> the server name that its client sent, "" for none."""
        self.distrusted: WeakSet[object] = WeakSet()
        """TLS connections whose client was shown a certificate that nobody trusts."""
        self.dropping: list[socket] = []

    def drop(self, transports: Iterable[asyncio.Transport]) -> None:
        """End connections that were made under another certificate: none of them is used again."""
        for transport in transports:
            self.dropping.append(transport.get_extra_info("socket"))
            transport.abort()

    async def dropped(self) -> None:
        """When the sockets of all of those are closed, some turns of the loop later: a client that asks at once would write into one that
        looks open, and meet a reset where it should meet a certificate."""
        for dropped in self.dropping:
            while dropped.fileno() != -1:
                await asyncio.sleep(0)
        self.dropping.clear()

    def via(self, connection: object) -> Via:
        """How a request came whose TLS connection is `connection`, None without TLS."""
        return Via("http") if connection is None else Via(sni=self.server_names.get(connection, ""))

    def went_on(self, connection: object) -> str:
        """What is wrong with a client that asks for anything on a connection that nobody should trust."""
        return WENT_ON if connection is not None and connection in self.distrusted else ""

    def problem_of(self, connection: object, via: Via, host: str) -> str:
        """What is wrong with how a client came: it went on where nobody should; or it asks for a host by name and sent no server name (an
        address has none to send)."""
        if problem := self.went_on(connection):
            return problem
        name = name_of(host)
        if via.scheme == "http" or via.sni or name[:1] == "[" or name.replace(".", "").isdigit():
            return ""
        return f"the client sent no server name (SNI) in its TLS handshake, without which {name} does not answer"
