"""The register of people of schools: who holds which role for which school, from a day until a day; and who covers for whom."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Id
from engine.store.tenancy import BelongsToAuthority
from engine.store.text import Long, Name, Short


class Person(BelongsToAuthority, Base):
    """Somebody of a school, a diocese or a trust. ``username`` is what they sign in by, in small letters; ``email`` may be
    empty."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("authority", "username"), Index(None, "authority", "email"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    username: Mapped[str] = mapped_column(Short(200))
    name: Mapped[str] = mapped_column(Short(200))
    email: Mapped[str] = mapped_column(Short(200))


class Holding(BelongsToAuthority, Base):
    """A role that a person holds from the day ``since`` to the day ``until`` (the last one; None: no end is known).

    It counts for one school (``urn``), or for all that the register says are of this ``diocese`` or ``trust``: one of the
    three is said, the others are empty. An ``excluded`` school is taken out of what the person's dioceses and trusts bring.
    """

    __tablename__ = "holding"
    __table_args__ = (
        Index(None, "person_id"),
        Index("ix_holding_school", "authority", "role", "urn"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(Short(60))
    urn: Mapped[str] = mapped_column(Short(12))
    diocese: Mapped[str] = mapped_column(Name)
    trust: Mapped[str] = mapped_column(Name)
    excluded: Mapped[bool]
    since: Mapped[date]
    until: Mapped[date | None]


class Cover(BelongsToAuthority, Base):
    """Somebody who covers for another from the day ``since`` to the day ``until``, both counted: the tasks of the absent
    person's roles are theirs too. ``absent`` and ``covering`` are usernames."""

    __tablename__ = "cover"
    __table_args__ = (
        Index(None, "authority", "covering", "until"),
        Index(None, "authority", "absent", "until"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    absent: Mapped[str] = mapped_column(Name)
    covering: Mapped[str] = mapped_column(Name)
    since: Mapped[date]
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(Long)
    set_by: Mapped[str] = mapped_column(Name)
    set_at: Mapped[datetime]
