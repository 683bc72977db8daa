"""Links to one task for somebody outside the authority who has no account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.tables.base import Base, Id
from engine.store.tenancy import BelongsToCase
from engine.store.text import Long, Name, Short


class TaskLink(BelongsToCase, Base):
    """A link to a task, for one address and in one role. ``reason`` is why it goes to an address that the register of people
    does not have; ``used`` when it was first opened, ``ended`` when somebody ended it. ``confidential`` says whether it shows
    what is kept to its role.

    ``codes`` are those that were sent and are still good, the last one last: each its digest, until when (ISO 8601) it is good,
    which browser asked for it, and how many wrong ones that has entered since. ``tries`` counts all wrong ones.
    """

    __tablename__ = "task_link"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), index=True)
    role: Mapped[str] = mapped_column(Short(60))
    email: Mapped[str] = mapped_column(Name)
    reason: Mapped[str] = mapped_column(Long)
    made_by: Mapped[str] = mapped_column(Name)
    made: Mapped[datetime]
    used: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    confidential: Mapped[bool] = mapped_column(default=False)
    codes: Mapped[list[Any]] = mapped_column(default=list)
    tries: Mapped[int] = mapped_column(default=0)
