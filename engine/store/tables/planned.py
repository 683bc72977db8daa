"""Deployments that do not take effect at once: that wait for somebody's approval, for a date, or for both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Id, partial
from engine.store.tenancy import ForEverybody
from engine.store.text import Long, Name, Short


class PlannedDeployment(ForEverybody, Base):
    """Files that somebody handed in to be deployed later. ``files`` is {file name: id of the resource}.

    ``status`` is asked (it waits for the approval of whoever holds the role ``approval``), planned (it waits for
    ``takes_effect``), deployed (by ``deployment_id``), refused, called off or failed; ``why`` says why in the last three.
    ``based_on`` is the version of a process whose place it takes, ``versions`` the numbers of those of forms and
    decisions, ``drawing_id`` the draft that it came from.
    """

    __tablename__ = "planned_deployment"
    __table_args__ = (partial("ix_planned_deployment_open", "authority", "process", where="ended IS NULL"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    process: Mapped[str] = mapped_column(Name)
    title: Mapped[str] = mapped_column(Name)
    files: Mapped[dict[str, Any]]
    based_on: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    versions: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    drawing_id: Mapped[int | None] = mapped_column(ForeignKey("drawing.id"))
    note: Mapped[str] = mapped_column(Long)
    strict: Mapped[bool]
    by: Mapped[str] = mapped_column(Name)
    at: Mapped[datetime]
    takes_effect: Mapped[datetime | None]
    approval: Mapped[str] = mapped_column(Short(60))
    approved_by: Mapped[str | None] = mapped_column(Name)
    approved: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(Short(12))
    ended: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(Name)
    why: Mapped[str] = mapped_column(Long, default="")
    deployment_id: Mapped[int | None] = mapped_column(ForeignKey("deployment.id"))
