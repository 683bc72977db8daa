"""Files of a case, as far as a person may read them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.errors import FileNotFound
from engine.store.tables import Attachment, ProcessInstance, UserTask
from engine.store.tenancy import Scope


@dataclass(frozen=True)
class AttachmentRow:
    """A file of a case. ``roles`` are those to whom it is confidential, until what ``until`` says (FEEL); ``asked`` those of the
    task that it was added to; ``question`` is the key of the question there that it answers or belongs to."""

    id: int
    instance_id: int
    task_id: int | None
    name: str
    media_type: str
    size: int
    sha256: str
    roles: tuple[str, ...]
    until: str
    question: str
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
            return scope.confidential and scope.holds(self.roles, at=self.school_urn, case=self.instance_id)
        mine = scope.holds(self.asked, at=self.school_urn, case=self.instance_id)
        return officer or (self.task_id is not None and mine)


Opens = Callable[[AttachmentRow], bool]
"""Whether what a file was kept until has come; asked of one that has such an end."""


def stays(_: AttachmentRow) -> bool:
    """What is kept stays so: for a caller that knows nothing of the case's variables."""
    return False


def attachments(
    session: Session, instance: int, scope: Scope, officer: bool, opens: Opens = stays
) -> list[AttachmentRow]:
    """The files of a case that this person may read, the newest first; those that were removed too, without their content."""
    rows = _rows(session, Attachment.instance_id == instance, opens)
    return [each for each in rows if each.seen_by(scope, officer)]


def attachment(
    session: Session, attachment_id: int, scope: Scope, officer: bool, opens: Opens = stays
) -> AttachmentRow:
    """One of them. Raises FileNotFound, for one that is confidential to others too."""
    found = next(iter(_rows(session, Attachment.id == attachment_id, opens)), None)
    if found is None or not found.seen_by(scope, officer):
        raise FileNotFound(file=attachment_id)
    return found


def _rows(session: Session, chosen: ColumnElement[bool], opens: Opens) -> Collection[AttachmentRow]:
    found = session.execute(
        select(Attachment, UserTask.candidate_groups, ProcessInstance.school_urn)
        .join(ProcessInstance, ProcessInstance.id == Attachment.instance_id)
        .join(UserTask, UserTask.id == Attachment.task_id, isouter=True)
        .where(chosen)
        .order_by(Attachment.id.desc())
    )
    rows = [_row(row, asked, urn) for row, asked, urn in found]
    return [replace(each, roles=()) if each.until and opens(each) else each for each in rows]


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
        row.until,
        row.question,
        row.by,
        row.at,
        row.removed,
        row.removed_by,
        row.reason,
        tuple(asked or ()),
        urn,
    )
