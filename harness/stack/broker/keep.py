"""Every database of the server, put back to what boot left there: a cell finds nothing of the one before."""

from __future__ import annotations

import redis

BINDINGS = b"_kombu.binding."
"""What live workers and senders declared, once each: they would not do it again, so a later one is kept too."""


class Keeper:
    """Remembers the server as it is when this is made. One client for each database in use."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._clients: dict[int, redis.Redis] = {}
        self._kept = {number: self._contents(number) for number in self._databases()}

    def restore(self) -> None:
        """Remove what came, put back what went or changed, but for the bindings."""
        for number in {*self._databases(), *self._kept}:
            client, kept = self._at(number), self._kept.get(number, {})
            now = [key for key in client.scan_iter(count=1000) if BINDINGS not in key]
            if doomed := [key for key in now if key not in kept]:
                client.delete(*doomed)
            for key, value in kept.items():
                if BINDINGS not in key and client.dump(key) != value:
                    client.restore(key, 0, value, replace=True)

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def _databases(self) -> list[int]:
        return [int(name.removeprefix("db")) for name in self._client.info("keyspace")]

    def _contents(self, number: int) -> dict[bytes, bytes]:
        client = self._at(number)
        return {key: value for key in client.scan_iter(count=1000) if (value := client.dump(key)) is not None}

    def _at(self, number: int) -> redis.Redis:
        if number not in self._clients:
            options = dict(self._client.connection_pool.connection_kwargs, db=number)
            pool = redis.ConnectionPool(connection_class=self._client.connection_pool.connection_class, **options)
            self._clients[number] = redis.Redis(connection_pool=pool)
        return self._clients[number]
