"""Files of a case, as far as a person may read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.errors import FileNotFound
from engine.store.tables import Attachment, ProcessInstance, UserTask
from engine.store.tenancy import Scope


@dataclass(frozen=True)
class AttachmentRow:
    """A file of a case. ``roles`` are those to whom it is confidential; ``asked`` those of the task that it was added to."""

    id: int
    instance_id: int
    task_id: int | None
    name: str
    media_type: str
    size: int
    sha256: str
    roles: tuple[str, ...]
    by: str
    at: datetime
    removed: datetime | None
    removed_by: str | None
    reason: str | None
    asked: tuple[str, ...]
    school_urn: str | None

    @property
    def is_picture(self) -> bool:
        """Whether it has a small picture."""
        return self.removed is None and self.media_type.startswith("image/")

    @property
    def is_pdf(self) -> bool:
        """Whether a browser shows it."""
        return self.removed is None and self.media_type == "application/pdf"

    def seen_by(self, scope: Scope, officer: bool) -> bool:
        """Whether a person may read it: who added it, those to whom it is kept, else officers and those of its task."""
        if self.by == scope.username:
            return True
        if self.roles:
            return scope.confidential and scope.holds(self.roles, at=self.school_urn)
        return officer or (self.task_id is not None and scope.holds(self.asked, at=self.school_urn))


def attachments(session: Session, instance: int, scope: Scope, officer: bool) -> list[AttachmentRow]:
    """The files of a case that this person may read, the newest first; those that were removed too, without their content."""
    rows = _rows(session, Attachment.instance_id == instance)
    return [each for each in rows if each.seen_by(scope, officer)]


def attachment(session: Session, attachment_id: int, scope: Scope, officer: bool) -> AttachmentRow:
    """One of them. Raises FileNotFound, for one that is confidential to others too."""
    found = next(iter(_rows(session, Attachment.id == attachment_id)), None)
    if found is None or not found.seen_by(scope, officer):
        raise FileNotFound(file=attachment_id)
    return found


def _rows(session: Session, chosen: ColumnElement[bool]) -> Collection[AttachmentRow]:
    found = session.execute(
        select(Attachment, UserTask.candidate_groups, ProcessInstance.school_urn)
        .join(ProcessInstance, ProcessInstance.id == Attachment.instance_id)
        .join(UserTask, UserTask.id == Attachment.task_id, isouter=True)
        .where(chosen)
        .order_by(Attachment.id.desc())
    )
    return [_row(row, asked, urn) for row, asked, urn in found]


def _row(row: Attachment, asked: Collection[str] | None, urn: str | None) -> AttachmentRow:
    return AttachmentRow(
        row.id,
        row.instance_id,
        row.task_id,
        row.name,
        row.media_type,
        row.size,
        row.sha256,
        tuple(row.roles),
        row.by,
        row.at,
        row.removed,
        row.removed_by,
        row.reason,
        tuple(asked or ()),
        urn,
    )
