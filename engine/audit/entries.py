"""Entries as they are written: what is known before they get their place in the chain."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.audit.kinds import KINDS
from engine.audit.origin import origin
from engine.feel.stored import stored
from engine.store.database import dumps

#: Characters of a value beyond which an entry has its digest: the value itself stands where it was written.
LONGEST = 1_000
#: Characters of a reason that an entry keeps.
LONGEST_REASON = 4_000


@dataclass(frozen=True)
class Confidential:
    """A value that is kept to some roles: an entry has a digest of it, made with its chain's key."""

    value: Any


@dataclass(frozen=True)
class About:
    """What an entry is about, as far as that is known: a school's URN, a case, a task, a file, a person, a process's key.
    ``subject`` says it in words where none of these does."""

    school_urn: str | None = ""
    instance_id: int | None = None
    task_id: int | None = None
    file_id: int | None = None
    person: str | None = ""
    process: str | None = ""
    subject: str | None = ""


@dataclass(frozen=True)
class Draft:
    """An entry without its place. ``by`` is who did it: empty for whoever the session's scope and the origin say."""

    authority: str
    kind: str
    about: About = About()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    by: str = ""
    who_kind: str = ""
    at: datetime | None = None
    channel: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} is not in engine.audit.kinds.KINDS")

    def placed(self, username: str, now: datetime) -> Draft:
        """With who did it, when and from where, as the session and the origin say now."""
        here = origin()
        who_kind, who = here.actor(self.by or username)
        return replace(
            self,
            by=who,
            who_kind=self.who_kind or who_kind,
            at=self.at or now,
            channel=here.channel,
            address=here.address,
        )

    def row(self, key: bytes) -> dict[str, Any]:
        """The columns of its row but for those of the chain; ``key`` is for digests of what is confidential."""
        return {
            "authority": self.authority,
            "at": self.at,
            "channel": self.channel,
            "address": _cut(self.address, 64),
            "who_kind": self.who_kind,
            "who": _cut(self.by, 250),
            "kind": self.kind,
            "school_urn": _cut(self.about.school_urn, 12),
            "instance_id": self.about.instance_id,
            "task_id": self.about.task_id,
            "file_id": self.about.file_id,
            "person": _cut(self.about.person, 250),
            "process": _cut(self.about.process, 250),
            "subject": _cut(self.about.subject, 250),
            "before": as_json(self.before, key),
            "after": as_json(self.after, key),
            "why": _cut(self.why, LONGEST_REASON),
        }


def _cut(text: str | None, length: int) -> str:
    """A text as any database takes it: no NUL, no half of a surrogate pair, and not longer than its column."""
    clean = (text or "").replace("\0", "�").encode("utf-8", "replace").decode()
    return clean if len(clean) <= length else clean[: length - 1] + "…"


def as_json(values: Mapping[str, Any], key: bytes) -> str:
    """Values as canonical JSON: names in order, ASCII alone, digests in the place of what is confidential or long."""
    shown = {name: _shown(value, key) for name, value in values.items()}
    return canonical(shown) if shown else ""


def canonical(value: Any) -> str:
    """JSON of which there is one way only to write it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _shown(value: Any, key: bytes) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _shown(each, key) for name, each in value.items()}
    if isinstance(value, Confidential):
        return {"confidential": hmac.new(key, _bytes(value.value), hashlib.sha256).hexdigest()}
    text = _bytes(value)
    if len(text) > LONGEST:
        return {"long": len(text), "sha256": hashlib.sha256(text).hexdigest()}
    return json.loads(text)


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return canonical(json.loads(dumps(stored(value)))).encode()
