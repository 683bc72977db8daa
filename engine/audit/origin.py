"""From where something is done, and by whom where the session's scope does not say: known to whoever takes a request or a job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

#: Who did it: somebody with an account; whoever came by a link; Pathways by itself; whoever types commands on the server; and
#: somebody who gave a name, or none, that has no account.
PERSON, GUEST, ENGINE, OPERATOR, UNKNOWN = WHO = ("person", "guest", "engine", "operator", "unknown")
#: From where: a browser; the command line; a worker; the making of the sample; and a program that uses the engine as a library.
WEB, COMMAND, WORKER, SAMPLE, LIBRARY = CHANNELS = ("web", "cli", "worker", "sample", "library")


@dataclass(frozen=True)
class Origin:
    """From where: one of :data:`CHANNELS`, and a network address where there is one. ``who`` is the username of whoever asks,
    ``who_kind`` one of :data:`WHO`."""

    channel: str = LIBRARY
    address: str = ""
    who: str = ""
    who_kind: str = ""

    def actor(self, username: str) -> tuple[str, str]:
        """Who acts under a scope's username, which may be empty: kind and name."""
        name = username or self.who
        if self.who_kind and name == self.who:
            return self.who_kind, name
        if name:
            return PERSON, name
        return {COMMAND: OPERATOR, WEB: UNKNOWN}.get(self.channel, ENGINE), ""


_LIBRARY = Origin()
_ORIGIN: ContextVar[Origin] = ContextVar("origin", default=_LIBRARY)


def origin() -> Origin:
    """From where what is done now is done."""
    return _ORIGIN.get()


def set_origin(given: Origin) -> None:
    """Say so for the rest of this thread's (or task's) work, until something else is said."""
    _ORIGIN.set(given)


@contextmanager
def coming_from(given: Origin) -> Iterator[None]:
    """Say so for a while."""
    token = _ORIGIN.set(given)
    try:
        yield
    finally:
        _ORIGIN.reset(token)
