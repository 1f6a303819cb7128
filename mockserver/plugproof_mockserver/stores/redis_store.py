"""Worlds in Redis or Valkey, for any number of processes and hosts.

All keys of a world have its name as their hash tag, so they lie on one node, and a script can change them as one.
A transaction is one script where this process has seen the session and the window before: Python decides on
what it saw last, and `commit` counts the hit and makes the changes if that is still so. Else `load` reads them
first; and when another process was quicker, `commit` tells what there is now, and Python decides again.

Clients wait for a paused or absent server, so every wait is short, and a breaker keeps others from waiting too.
"""

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from plugproof_mockserver.stores.breaker import Breaker
from plugproof_mockserver.stores.redis_transaction import PARTS, OvertakenError, RedisTransaction, SeenRows
from plugproof_mockserver.stores.store import (
    DIRECTORY,
    Result,
    StoreHealth,
    StoreUnavailableError,
    Transaction,
    WorldSize,
)

WAIT_SECONDS = 0.1
"""How long a connection, and each answer, may take to come; a transaction goes on sending for as long."""
IDLE_SECONDS = 7 * 24 * 3600
"""A named world that nobody has used for so long is let go by the server."""
_KEEPS = ("default", DIRECTORY)
"""The world that stays, however long nobody uses it; so does the list of all the others."""
_AT_ONCE = 500
"""Worlds of which sizes are asked for in one go, so that nobody else waits for long."""
_MOST_KNOWN = 20_000
"""Records, and sessions and windows, that are remembered, so that most transactions need not ask for theirs."""


def _script(name: str) -> str:
    return files(__package__).joinpath(f"lua/{name}.lua").read_text("utf-8")


class RedisStore:
    """The worlds in one database; `url` is Redis', `name` is what it is called in messages."""

    def __init__(self, url: str, *, kind: str, name: str, idle_seconds: float = IDLE_SECONDS) -> None:
        self._kind, self._name, self._idle = kind, name, int(idle_seconds * 1000)
        self._breaker = Breaker()
        self._known: dict[str, tuple[bytes, bytes | None]] = {}
        self._seen = SeenRows(_MOST_KNOWN)
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=WAIT_SECONDS,
            socket_connect_timeout=WAIT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        self._wait = float(self._client.connection_pool.connection_kwargs["socket_timeout"])
        self._load = self._client.register_script(_script("load"))
        self._commit = self._client.register_script(_script("commit"))

    def __repr__(self) -> str:
        return f"<RedisStore {self._name}>"

    def transact(self, world: str, work: Callable[[Transaction], Result]) -> Result:
        """Run work on a world until no other process was quicker."""
        self._breaker.check()
        try:
            found = self._run(world, work)
        except redis.RedisError as error:
            raise self._breaker.fail(self._trouble(error)) from None
        self._breaker.succeed()
        return found

    def _run(self, world: str, work: Callable[[Transaction], Result]) -> Result:
        transaction = RedisTransaction(self._client, _keys(world), self._scripts(world), self._seen)
        while True:
            transaction.begin(*self._known.get(world, (b"0", None)))
            try:
                found = _decide(transaction, work)
                self._remember(world, *transaction.commit(0 if world in _KEEPS else self._idle))
            except OvertakenError as error:
                self._remember(world, error.version, error.record)
            else:
                return found

    def _remember(self, world: str, version: bytes, record: bytes | None) -> None:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[world] = (version, record)

    def _scripts(self, world: str) -> tuple[Callable[[Sequence[Any]], Any], Callable[[Sequence[Any]], Any]]:
        keys, until = _keys(world), time.monotonic() + self._wait

        def ask(script: Any) -> Callable[[Sequence[Any]], Any]:
            def run(arguments: Sequence[Any]) -> Any:
                if time.monotonic() > until:
                    raise StoreUnavailableError(f"the store {self._name} is busy: a request took too long")
                return script(keys=keys, args=arguments)

            return run

        return ask(self._load), ask(self._commit)

    def sizes(self, worlds: Sequence[str]) -> list[WorldSize]:
        """Return what lists show of worlds."""
        self._breaker.check()
        try:
            parts = (worlds[at : at + _AT_ONCE] for at in range(0, len(worlds), _AT_ONCE))
            found = [size for part in parts for size in self._sizes(part)]
        except redis.RedisError as error:
            raise self._breaker.fail(self._trouble(error)) from None
        self._breaker.succeed()
        return found

    def _sizes(self, worlds: Sequence[str]) -> list[WorldSize]:
        with self._client.pipeline(transaction=False) as pipeline:
            for name in worlds:
                record, sessions, *_ = _keys(name)
                pipeline.hget(record, "d")
                pipeline.hlen(sessions)
            found = pipeline.execute()
        return [WorldSize(*row) for row in zip(worlds, found[::2], found[1::2], strict=True)]

    def health(self) -> StoreHealth:
        """Write a key that is gone in a second, and say what came of it."""
        try:
            self._breaker.check()
            self._client.set("plugproof:probe", 1, px=1000)
        except redis.RedisError as error:
            trouble = str(self._breaker.fail(self._trouble(error)))
            return StoreHealth(self._kind, trouble, self._breaker.since)
        except StoreUnavailableError as error:
            return StoreHealth(self._kind, str(error), self._breaker.since)
        self._breaker.succeed()
        return StoreHealth(self._kind)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _trouble(self, error: redis.RedisError) -> str:
        return f"the store {self._name} does not answer as it should: {error}"


def _decide(transaction: RedisTransaction, work: Callable[[Transaction], Result]) -> Result:
    """Run work; what it raises may come of something that is no longer so."""
    try:
        return work(transaction)
    except (OvertakenError, StoreUnavailableError, redis.RedisError):
        raise
    except Exception:
        transaction.verify()
        raise


@lru_cache(_MOST_KNOWN)
def _keys(world: str) -> list[bytes]:
    return [f"plugproof:{{{world}}}:{part}".encode() for part in (*PARTS, "counters", "worlds:order")]
