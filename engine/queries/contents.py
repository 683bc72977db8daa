"""All that is kept of a case: the rows of every table that tells of it, as one JSON text, and its digest."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Session

from engine.feel.stored import stored
from engine.store.database import dumps
from engine.store.tables import (
    ArchivedText,
    Attachment,
    Base,
    CaseBar,
    CaseReader,
    Comment,
    Correction,
    Draft,
    EventSubscription,
    EvidencePack,
    History,
    Incident,
    Job,
    Message,
    MigratedCase,
    MovedDate,
    NoticeRead,
    Notification,
    Outbox,
    ProcessInstance,
    Retry,
    TaskLink,
    UserTask,
    UserTaskRole,
)

Where = Callable[[Any, int], ColumnElement[bool]]


def _of_case(table: Any, case: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.instance_id == case
    return found


def _of_tasks(table: Any, case: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.task_id.in_(select(UserTask.id).where(UserTask.instance_id == case))
    return found


def _retries(table: Any, case: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.incident_id.in_(select(Incident.id).where(Incident.instance_id == case))
    return found


def _reads(table: Any, case: int) -> ColumnElement[bool]:
    occasions = select(Notification.occasion).where(Notification.instance_id == case)
    whose = select(ProcessInstance.authority).where(ProcessInstance.id == case).scalar_subquery()
    found: ColumnElement[bool] = table.occasion.in_(occasions) & (table.authority == whose)
    return found


def _jobs(table: Any, case: int) -> ColumnElement[bool]:
    thrown = select(Message.id).where(Message.source_id == case)
    found: ColumnElement[bool] = (table.instance_id == case) | table.message_id.in_(thrown)
    return found


def _messages(table: Any, case: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.source_id == case
    return found


def _itself(table: Any, case: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.id == case
    return found


#: Every table with rows of one case, which of them they are; in an order in which they can be deleted.
TABLES: Mapping[type[Base], Where] = {
    Retry: _retries,
    Draft: _of_tasks,
    NoticeRead: _reads,
    UserTaskRole: _of_tasks,
    Correction: _of_case,
    TaskLink: _of_case,
    Comment: _of_case,
    Attachment: _of_case,
    CaseBar: _of_case,
    CaseReader: _of_case,
    MigratedCase: _of_case,
    MovedDate: _of_case,
    EvidencePack: _of_case,
    Notification: _of_case,
    Outbox: _of_case,
    Incident: _of_case,
    Job: _jobs,
    EventSubscription: _of_case,
    Message: _messages,
    History: _of_case,
    UserTask: _of_case,
    ArchivedText: _of_case,
    ProcessInstance: _itself,
}


def contents(session: Session, instance_id: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of a case as JSON, by table, each in the order of its keys. The caller's scope has to see them all."""
    return {each.__tablename__: _rows(session, each, where(each, instance_id)) for each, where in TABLES.items()}


def _rows(session: Session, table: type[Base], where: ColumnElement[bool]) -> list[dict[str, Any]]:
    columns = [each.key for each in inspect(table).column_attrs]
    keys = [getattr(table, str(column.key)) for column in inspect(table).primary_key]
    chosen = select(*(getattr(table, name) for name in columns)).where(where).order_by(*keys)
    return [{name: _plain(value) for name, value in zip(columns, row, strict=True)} for row in session.execute(chosen)]


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return json.loads(dumps(stored(value)))


def digest(found: Mapping[str, Any]) -> str:
    """The SHA-256 of the contents of a case, as JSON of which there is one way only to write it."""
    return sha256(json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


def says(found: Mapping[str, Any], wanted: str) -> bool:
    """Whether the contents of a case name somebody, in whatever letters."""
    return wanted.strip().casefold() in json.dumps(found, ensure_ascii=False).casefold()
