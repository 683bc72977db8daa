"""The evidence packs that were made of a case or a school."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries.common import PER_PAGE
from engine.store.tables import EvidencePack


@dataclass(frozen=True)
class PackRow:
    """A pack: when it was made, by whom (a username), for whom and why, and the SHA-256 of its file."""

    at: datetime
    by: str
    reader: str
    why: str
    entries: int
    redactions: int
    sha256: str


def packs(session: Session, *, instance: int | None = None, school: str | None = None) -> list[PackRow]:
    """The packs of a case or of a school (its URN), the newest first; at most a page of them."""
    chosen = select(EvidencePack).where(EvidencePack.instance_id == instance, EvidencePack.school_urn == school)
    found = session.scalars(chosen.order_by(EvidencePack.id.desc()).limit(PER_PAGE))
    return [PackRow(p.at, p.by, p.reader, p.why, p.entries, p.redactions, p.sha256) for p in found]
