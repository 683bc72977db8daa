"""What an installation may set: by code or environment (:class:`Config`), and while it runs (the ``setting`` table)."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from time import monotonic

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar.terms import FIRES_AT
from engine.errors import AuthorityNumberMissing, RealDatabase, SettingWrong
from engine.lint.project import report_templates
from engine.people.authorities import Authority, load_authorities
from engine.people.evidence import TYPES, Limits
from engine.store.tables import Deployment, Person, ProcessInstance, School, Setting

_OFFSET = "clock-offset"
_SAMPLE_YEAR = "sample-year"
_HOLDS_SAMPLE = "holds-sample"
#: What the ``setting`` table says of sample mode's invented year.
YEAR_BEGUN, YEAR_WHOLE = "begun", "whole"
#: A scheme, a host, and a port where it is another than the scheme's.
_ADDRESS = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?")
#: Megabytes that one file may have at most.
MOST_MB = 500
#: How long a process may go on with a clock offset that another process has changed, in seconds.
OFFSET_AGE = 1.0

#: Where `pathways run` serves when nothing else is said.
SERVED_AT = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class MailServer:
    """The mail server that the outbox uses. Without one, notifications stay inside the app."""

    host: str
    port: int = 25
    sender: str = "pathways@example.org"
    username: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    ca_file: str = ""
    """Certificates that are trusted in place of the machine's, as a file."""


@dataclass(frozen=True)
class NotifyService:
    """GOV.UK Notify: an API key, and the id of a template with the fields ((subject)) and ((text))."""

    key: str = field(repr=False)
    template: str
    address: str = ""


@dataclass(frozen=True)
class Config:
    """What the engine may be told. The defaults suit a library user and the embedded case.

    ``lease`` is how long a worker may take over one job before another may take it over; ``attempts`` how often a job
    is tried before it becomes an incident; ``backoff`` the pauses between tries (the last one repeats); a timer that
    fires later than ``late_after`` its time is marked late; a step that takes longer than ``step_budget`` is an incident.
    ``fires_at`` is the local time at which timers of a day fire: whoever makes the calendars gives it to them.
    ``base_address`` is where people find the web application, without a slash at its end: every link in a mail begins with it;
    where sample mode has none, with the address at which it is served, ``served_at``.
    Mail goes to ``mail``, else to ``notify``, else into ``mail_folder``; without all three nobody is told by mail. ``files`` is
    the folder of the files that people add to cases; without one, none can be added. ``limits`` says which.
    ``folder`` is where the files of the configuration are, where it was read from any.
    ``reports`` are the templates of reports that diagrams may ask for; None: not known.
    """

    sample: bool = False
    lease: timedelta = timedelta(minutes=2)
    attempts: int = 4
    backoff: tuple[timedelta, ...] = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
    late_after: timedelta = timedelta(minutes=5)
    step_budget: timedelta = timedelta(seconds=10)
    heartbeat: timedelta = timedelta(seconds=30)
    mail: MailServer | None = None
    notify: NotifyService | None = None
    mail_folder: Path | None = None
    fires_at: time = FIRES_AT
    base_address: str = ""
    served_at: str = SERVED_AT
    authorities: Mapping[str, Authority] = field(default_factory=dict)
    files: Path | None = None
    reports: frozenset[str] | None = None
    limits: Limits = field(default_factory=Limits)
    folder: Path | None = None

    @classmethod
    def load(cls, folder: Path, environment: Mapping[str, str] = os.environ) -> Config:
        """The configuration in ``folder`` (``authorities/*.yaml``) and the environment.

        PATHWAYS_SAMPLE=1 turns sample mode on; PATHWAYS_MAIL_HOST, _PORT, _SENDER, _USERNAME, _PASSWORD and
        _STARTTLS=1, _CA_FILE name a mail server, PATHWAYS_NOTIFY_KEY and _TEMPLATE GOV.UK Notify, and in sample mode mails are
        files under ``var/mail``; PATHWAYS_FIRES_AT=08:00 says when timers fire on their day, PATHWAYS_BASE_ADDRESS
        where people find Pathways, and PATHWAYS_SERVED_AT, which ``pathways run`` sets, where sample mode is served.
        PATHWAYS_FILES is the folder of the files that people add to cases,
        PATHWAYS_FILE_MB how large one may be, PATHWAYS_FILE_TYPES which are taken, and PATHWAYS_VIRUS_SCANNER a command
        that looks at each. Raises ConfigUnreadable, of which SettingWrong is a kind.
        """
        return cls(
            sample=environment.get("PATHWAYS_SAMPLE") == "1",
            mail=_mail(environment),
            notify=_notify(environment),
            mail_folder=folder.parent / "var" / "mail" if environment.get("PATHWAYS_SAMPLE") == "1" else None,
            fires_at=_fires_at(environment.get("PATHWAYS_FIRES_AT", "")),
            base_address=_address(environment.get("PATHWAYS_BASE_ADDRESS", "")),
            served_at=environment.get("PATHWAYS_SERVED_AT", SERVED_AT),
            authorities=load_authorities(folder / "authorities"),
            files=Path(environment["PATHWAYS_FILES"]) if environment.get("PATHWAYS_FILES") else None,
            reports=report_templates(folder / "reports"),
            limits=_limits(environment),
            folder=folder,
        )

    @property
    def mails(self) -> bool:
        """Whether people are told by mail."""
        return self.mail is not None or self.notify is not None or self.mail_folder is not None

    def without_mail(self) -> Config:
        """The same, and nobody is told by mail."""
        return replace(self, mail=None, notify=None, mail_folder=None)

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


def _limits(environment: Mapping[str, str]) -> Limits:
    """What files people may add. Raises SettingWrong."""
    size, types = environment.get("PATHWAYS_FILE_MB", "50"), environment.get("PATHWAYS_FILE_TYPES", "")
    chosen = tuple(types.lower().replace(",", " ").replace(".", " ").split()) or tuple(TYPES)
    if not (size.isascii() and size.isdigit() and 0 < int(size) <= MOST_MB):
        reason = f'PATHWAYS_FILE_MB is "{size}", which is no number of megabytes from 1 to {MOST_MB}'
        raise SettingWrong(reason=reason)
    if unknown := sorted(set(chosen) - TYPES.keys()):
        reason = f"PATHWAYS_FILE_TYPES names {', '.join(unknown)}; it can name {', '.join(TYPES)}"
        raise SettingWrong(reason=reason)
    return Limits(int(size) * 1_000_000, chosen, tuple(shlex.split(environment.get("PATHWAYS_VIRUS_SCANNER", ""))))


def _fires_at(given: str) -> time:
    try:
        return time.fromisoformat(given) if given else FIRES_AT
    except ValueError:
        reason = f'PATHWAYS_FIRES_AT is "{given}", which is no time of day such as 08:00'
        raise SettingWrong(reason=reason) from None


def _address(given: str) -> str:
    """An address of a host and nothing below it; nothing for nothing. Raises SettingWrong."""
    address = given.rstrip("/")
    if address and not _ADDRESS.fullmatch(address):
        reason = f'PATHWAYS_BASE_ADDRESS is "{given}", and should be like https://pathways.example.gov.uk'
        raise SettingWrong(reason=reason)
    return address


def _notify(environment: Mapping[str, str]) -> NotifyService | None:
    """GOV.UK Notify, when both its key and its template are given. Raises SettingWrong for one without the other."""
    key, template = environment.get("PATHWAYS_NOTIFY_KEY", ""), environment.get("PATHWAYS_NOTIFY_TEMPLATE", "")
    if bool(key) != bool(template):
        reason = "PATHWAYS_NOTIFY_KEY and PATHWAYS_NOTIFY_TEMPLATE are given together, or neither is"
        raise SettingWrong(reason=reason)
    return NotifyService(key, template, environment.get("PATHWAYS_NOTIFY_ADDRESS", "")) if key else None


def _mail(environment: Mapping[str, str]) -> MailServer | None:
    given = {
        name: environment.get(f"PATHWAYS_MAIL_{name.upper()}", "")
        for name in ("host", "sender", "username", "password", "ca_file")
    }
    if not given["host"]:
        return None
    return MailServer(
        host=given["host"],
        port=_port(environment.get("PATHWAYS_MAIL_PORT") or "25"),
        username=given["username"],
        sender=given["sender"] or MailServer.sender,
        password=given["password"],
        ca_file=given["ca_file"],
        starttls=environment.get("PATHWAYS_MAIL_STARTTLS") == "1",
    )


def _port(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65_536):
        raise SettingWrong(reason=f'PATHWAYS_MAIL_PORT is "{given}", which is no port from 1 to 65535')
    return int(given)


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


def holds_sample(session: Session) -> bool:
    """Whether the sample was put into this database."""
    return session.get(Setting, _HOLDS_SAMPLE) is not None


def mark_sample(session: Session) -> None:
    """Note that the sample is put into this database; the caller commits. Raises RealDatabase where others use it."""
    if holds_sample(session):
        return
    if any(session.scalar(select(table.id).limit(1)) for table in (Deployment, Person, ProcessInstance)) or (
        session.scalar(select(School.urn).limit(1))
    ):
        raise RealDatabase()
    session.add(Setting(name=_HOLDS_SAMPLE, value={}))


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
