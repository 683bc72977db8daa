"""What an installation may set: by code or environment (:class:`Config`), and while it runs (the ``setting`` table)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar.terms import FIRES_AT
from engine.errors import AuthorityNumberMissing, ConfigUnreadable
from engine.people.authorities import Authority, load_authorities
from engine.store.tables import Setting

_OFFSET = "clock-offset"
_SAMPLE_YEAR = "sample-year"
#: What the ``setting`` table says of sample mode's invented year.
YEAR_BEGUN, YEAR_WHOLE = "begun", "whole"
#: How long a process may go on with a clock offset that another process has changed, in seconds.
OFFSET_AGE = 1.0


@dataclass(frozen=True)
class MailServer:
    """The mail server that the outbox uses. Without one, notifications stay inside the app."""

    host: str
    port: int = 25
    sender: str = "pathways@example.org"
    username: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False


@dataclass(frozen=True)
class Config:
    """What the engine may be told. The defaults suit a library user and the embedded case.

    ``lease`` is how long a worker may take over one job before another may take it over; ``attempts`` how often a job
    is tried before it becomes an incident; ``backoff`` the pauses between tries (the last one repeats); a timer that
    fires later than ``late_after`` its time is marked late. ``fires_at`` is the local time at which timers of a day fire:
    whoever makes the calendars gives it to them.
    """

    sample: bool = False
    lease: timedelta = timedelta(minutes=2)
    attempts: int = 4
    backoff: tuple[timedelta, ...] = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
    late_after: timedelta = timedelta(minutes=5)
    heartbeat: timedelta = timedelta(seconds=30)
    mail: MailServer | None = None
    fires_at: time = FIRES_AT
    authorities: Mapping[str, Authority] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path, environment: Mapping[str, str] = os.environ) -> Config:
        """The configuration in ``folder`` (``authorities/*.yaml``) and the environment.

        PATHWAYS_SAMPLE=1 turns sample mode on; PATHWAYS_MAIL_HOST, _PORT, _SENDER, _USERNAME, _PASSWORD and
        _STARTTLS=1 name a mail server; PATHWAYS_FIRES_AT=08:00 says when timers fire on their day. Raises ConfigUnreadable.
        """
        return cls(
            sample=environment.get("PATHWAYS_SAMPLE") == "1",
            mail=_mail(environment),
            fires_at=_fires_at(environment.get("PATHWAYS_FIRES_AT", "")),
            authorities=load_authorities(folder / "authorities"),
        )

    def pause(self, attempts: int) -> timedelta:
        """How long to wait after so many failed attempts."""
        return self.backoff[min(attempts, len(self.backoff)) - 1] if self.backoff else timedelta(0)

    def la_code(self, authority: str) -> str:
        """The Department for Education's number of an authority. Raises AuthorityNumberMissing."""
        known = self.authorities.get(authority)
        if known is None or not known.la_code:
            raise AuthorityNumberMissing(authority=authority)
        return known.la_code

    def roles(self, authority: str) -> frozenset[str] | None:
        """The role ids of an authority; None when the configuration doesn't know the authority."""
        known = self.authorities.get(authority)
        return frozenset(known.roles) if known else None


def _fires_at(given: str) -> time:
    try:
        return time.fromisoformat(given) if given else FIRES_AT
    except ValueError:
        reason = f'PATHWAYS_FIRES_AT is "{given}", which is no time of day such as 08:00'
        raise ConfigUnreadable(file="the environment", reason=reason) from None


def _mail(environment: Mapping[str, str]) -> MailServer | None:
    given = {
        name: environment.get(f"PATHWAYS_MAIL_{name.upper()}", "")
        for name in ("host", "sender", "username", "password")
    }
    if not given["host"]:
        return None
    return MailServer(
        host=given["host"],
        port=int(environment.get("PATHWAYS_MAIL_PORT", "25")),
        username=given["username"],
        sender=given["sender"] or MailServer.sender,
        password=given["password"],
        starttls=environment.get("PATHWAYS_MAIL_STARTTLS") == "1",
    )


def read_offset(session: Session) -> timedelta:
    """How far the sample clock has been moved forward."""
    value = session.scalar(select(Setting.value).where(Setting.name == _OFFSET))
    return timedelta(seconds=value["seconds"]) if value else timedelta(0)


def write_offset(session: Session, offset: timedelta) -> None:
    """Move the sample clock; the caller commits."""
    session.merge(Setting(name=_OFFSET, value={"seconds": offset.total_seconds()}))


def read_sample_year(session: Session) -> str:
    """How far sample mode's invented year has come: YEAR_BEGUN, YEAR_WHOLE, or nothing where none was ever begun."""
    value = session.scalar(select(Setting.value).where(Setting.name == _SAMPLE_YEAR))
    return str(value["state"]) if value else ""


def write_sample_year(session: Session, state: str) -> None:
    """Note that the invented year is YEAR_BEGUN or YEAR_WHOLE; the caller commits."""
    session.merge(Setting(name=_SAMPLE_YEAR, value={"state": state}))


class StoredOffset:
    """The sample clock's offset as a callable that is cheap enough to ask at every look at the clock."""

    def __init__(self, read: Callable[[], timedelta]) -> None:
        self._read = read
        self._value = timedelta(0)
        self._until = 0.0

    def __call__(self) -> timedelta:
        if monotonic() >= self._until:
            self._value = self._read()
            self._until = monotonic() + OFFSET_AGE
        return self._value

    def forget(self) -> None:
        """Read anew next time: this process has just changed it."""
        self._until = 0.0
