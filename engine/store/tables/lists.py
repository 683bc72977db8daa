"""Lists of tasks and of cases that people have narrowed, kept by a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, UniqueConstraint, or_
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Id
from engine.store.tenancy import BelongsToAuthority, Scope
from engine.store.text import Name, Short


class SavedList(BelongsToAuthority, Base):
    """What somebody narrows a list to (``place``: of tasks or of cases), under a name; ``role`` is the team that it is shared
    with, else empty.

    ``query`` is in the words of whoever shows the list (the web application: the names and values of its address).
    """

    __tablename__ = "saved_list"
    __table_args__ = (UniqueConstraint("authority", "username", "place", "name"), Index(None, "authority", "role"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    username: Mapped[str] = mapped_column(Name)
    place: Mapped[str] = mapped_column(Short(12), default="tasks")
    name: Mapped[str] = mapped_column(Short(80))
    role: Mapped[str] = mapped_column(Short(60))
    query: Mapped[dict[str, Any]]
    saved: Mapped[datetime]

    @classmethod
    def seen_by(cls, scope: Scope) -> ColumnElement[bool]:
        """Those of the person, and of their roles; of whoever is confined to schools, too."""
        return or_(cls.username == scope.username, cls.role.in_(sorted(scope.roles)))
