"""Figures of processes that are kept, since adding them up anew would grow with the history."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.database import PackedJson
from engine.store.tables.base import Base, Id
from engine.store.tenancy import BelongsToAuthority, BelongsToCase
from engine.store.text import Name, Short


class Figure(BelongsToAuthority, Base):
    """How often something is the case in a version of a process: ``what`` (engine/queries/figures.py) of an ``element``, or of a
    flow; ``amount`` is how many seconds it took, where that is counted.

    ``grain`` says of which span of time, that begins on ``since``: a day, a month or a school year, so that any days are the
    sum of a few spans; "now" is what is so at present.
    """

    __tablename__ = "figure"
    # The number is in no index, and there is room for its next version beside it: so PostgreSQL changes it in place.
    __table_args__ = ({"postgresql_with": {"fillfactor": "70"}},)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"), primary_key=True)
    grain: Mapped[str] = mapped_column(Short(5), primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(Short(8), primary_key=True)
    element: Mapped[str] = mapped_column(Name, primary_key=True)
    amount: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    number: Mapped[int]


class CaseFigure(BelongsToCase, Base):
    """What a case has in the figures of a version, as it was when they were last brought up to date: it is taken out again by
    this. ``facts`` are lists of [what, element, day, amount, number]."""

    __tablename__ = "case_figure"
    __table_args__ = (Index(None, "definition_id"),)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"), primary_key=True)
    facts: Mapped[list[Any]] = mapped_column(PackedJson)


class TouchedCase(BelongsToCase, Base):
    """A case that has changed since the figures were brought up to date. A trigger of the database writes it, so that nothing
    that changes a case can forget to."""

    __tablename__ = "touched_case"
    __table_args__ = (Index(None, "instance_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
