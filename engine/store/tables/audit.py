"""The audit trail: one chain of entries an authority, which the database itself refuses to change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.append_only import AppendOnly
from engine.store.tables.base import Base, Id, partial
from engine.store.tenancy import AUTHORITY_LENGTH, BelongsToAuthority, Scope, of_no_barred_case
from engine.store.text import Long, Name, Short


class AuditEntry(AppendOnly, BelongsToAuthority, Base):
    """Something that was done or seen: when, by whom, from where, what, about what, before and after, and why.

    ``seq`` counts from 1 in each authority; the authority "" is the whole installation. ``who_kind`` is one of
    :data:`engine.audit.origin.WHO`, ``who`` the username, or an address, where there is one. ``channel`` and ``address`` say
    from where. ``before`` and ``after`` are JSON. ``hash`` is SHA-256 over all the others (engine/audit/chain.py), among them
    ``previous``, the hash of the entry before. ``erased`` is the disposal with whose case it lost what it said (``subject``,
    ``person``, ``before``, ``after`` and ``why`` are empty then); it is no part of the hash.

    Whoever may read the trail reads all of it but what tells of a case from which they are barred.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "authority", "at"),
        Index(None, "authority", "kind", "seq"),
        Index(None, "authority", "who", "seq"),
        partial("ix_audit_entry_person", "authority", "person", "seq", where="person <> ''"),
        partial("ix_audit_entry_school", "authority", "school_urn", "seq", where="school_urn <> ''"),
        partial("ix_audit_entry_case", "authority", "instance_id", "seq", where="instance_id IS NOT NULL"),
    )
    authority: Mapped[str] = mapped_column(Short(AUTHORITY_LENGTH), primary_key=True)
    seq: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(Short(12))
    address: Mapped[str] = mapped_column(Short(64))
    who_kind: Mapped[str] = mapped_column(Short(12))
    who: Mapped[str] = mapped_column(Name)
    kind: Mapped[str] = mapped_column(Short(40))
    school_urn: Mapped[str] = mapped_column(Short(12))
    instance_id: Mapped[int | None] = mapped_column(Id)
    task_id: Mapped[int | None] = mapped_column(Id)
    file_id: Mapped[int | None] = mapped_column(Id)
    person: Mapped[str] = mapped_column(Name)
    process: Mapped[str] = mapped_column(Name)
    subject: Mapped[str] = mapped_column(Name)
    before: Mapped[str] = mapped_column(Long)
    after: Mapped[str] = mapped_column(Long)
    why: Mapped[str] = mapped_column(Long)
    previous: Mapped[str] = mapped_column(Short(64))
    hash: Mapped[str] = mapped_column(Short(64))
    erased: Mapped[int | None] = mapped_column(Id)

    @classmethod
    def not_barred(cls, scope: Scope) -> ColumnElement[bool]:
        return of_no_barred_case(scope, cls.instance_id)


class AuditChain(BelongsToAuthority, Base):
    """Where an authority's chain ends: how many entries there are, and the hash of the last. Whoever writes entries locks it.

    ``key`` goes into the digests of what is confidential, so that nobody finds out a short answer by trying them all.
    """

    __tablename__ = "audit_chain"
    authority: Mapped[str] = mapped_column(Short(AUTHORITY_LENGTH), primary_key=True)
    entries: Mapped[int] = mapped_column(Id)
    head: Mapped[str] = mapped_column(Short(64))
    key: Mapped[bytes] = mapped_column(LargeBinary)
