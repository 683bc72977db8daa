"""Processes and their versions, files and forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.diagram import to_utf8
from engine.errors import DefinitionGone, DefinitionNotFound
from engine.queries.common import AnyRow, AnySelect
from engine.store.tables import Deployment, FormDefinition, ProcessDefinition, ProcessReader, Resource, Retirement


@dataclass(frozen=True)
class DefinitionRow:
    """One version of a process."""

    id: int
    key: str
    name: str
    version: int
    latest: bool
    documentation: str
    startable: bool
    start_form: str
    starter_groups: tuple[str, ...]
    deployed: datetime
    deployed_by: str
    note: str
    file: str
    resource_id: int
    """The same for versions with the same file content."""


@dataclass(frozen=True)
class DeploymentRow:
    """Files that were deployed together."""

    id: int
    at: datetime
    by: str
    note: str
    processes: tuple[str, ...]
    """Such as "barnsley-escalation 3"."""


@dataclass(frozen=True)
class RetiredRow:
    """A process of which no new case begins: since when, by whom, and why."""

    process: str
    since: datetime
    by: str
    reason: str


def retired(session: Session) -> dict[str, RetiredRow]:
    """The processes of which no new case begins, by key."""
    found = session.scalars(select(Retirement).where(Retirement.ended.is_(None)))
    return {row.process: RetiredRow(row.process, row.since, row.by, row.reason) for row in found}


def definitions(session: Session) -> list[DefinitionRow]:
    """The latest version of every process, by name."""
    return _rows(
        session, _selected().where(ProcessDefinition.latest).order_by(ProcessDefinition.name, ProcessDefinition.id)
    )


def versions(session: Session, key: str) -> list[DefinitionRow]:
    """Every version of one process, the newest first."""
    return _rows(session, _selected().where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc()))


def definition(session: Session, definition_id: int) -> DefinitionRow:
    """One version. Raises DefinitionGone."""
    rows = _rows(session, _selected().where(ProcessDefinition.id == definition_id))
    if not rows:
        raise DefinitionGone(version=definition_id)
    return rows[0]


def latest_definition(session: Session, key: str) -> DefinitionRow:
    """The version of a process that new cases run on. Raises DefinitionNotFound."""
    rows = _rows(session, _selected().where(ProcessDefinition.key == key, ProcessDefinition.latest))
    if not rows:
        raise DefinitionNotFound(key=key)
    return rows[0]


@dataclass(frozen=True)
class ReadersRow:
    """Which roles may see the cases of a version (``roles``; "" is everybody), and whether its diagram names them
    (``named``) or they are those whom it asks something."""

    roles: tuple[str, ...]
    named: bool


def readers(session: Session, definition_id: int) -> ReadersRow:
    """Which roles may see the cases of a version. Raises DefinitionGone."""
    named = session.execute(
        select(ProcessDefinition.visible_to).where(ProcessDefinition.id == definition_id)
    ).one_or_none()
    if named is None:
        raise DefinitionGone(version=definition_id)
    roles = select(ProcessReader.role).where(ProcessReader.definition_id == definition_id).order_by(ProcessReader.role)
    return ReadersRow(tuple(session.scalars(roles)), bool(named.visible_to))


def definition_xml(session: Session, definition_id: int) -> bytes:
    """The BPMN file that a version came in, in UTF-8 whatever it was written in. Raises DefinitionGone."""
    content = session.scalar(
        select(Resource.content)
        .join(ProcessDefinition, ProcessDefinition.resource_id == Resource.id)
        .where(ProcessDefinition.id == definition_id)
    )
    if content is None:
        raise DefinitionGone(version=definition_id)
    return to_utf8(content, "")


def form(session: Session, form_id: int | None) -> bytes | None:
    """The JSON of a form's version; None without one."""
    return forms(session, [form_id]).get(form_id or 0)


def forms(session: Session, form_ids: Iterable[int | None]) -> dict[int, bytes]:
    """The JSON of these versions of forms, by their ids, read with one statement."""
    wanted = {each for each in form_ids if each is not None}
    if not wanted:
        return {}
    found = session.execute(
        select(FormDefinition.id, Resource.content)
        .join(Resource, FormDefinition.resource_id == Resource.id)
        .where(FormDefinition.id.in_(wanted))
        .order_by(FormDefinition.id)
    )
    return {form_id: content for form_id, content in found}


def start_form(session: Session, definition_id: int) -> bytes | None:
    """The JSON of the form with which a case of this version is started; None when it has none."""
    row = session.execute(
        select(ProcessDefinition.start_form, ProcessDefinition.forms).where(ProcessDefinition.id == definition_id)
    ).one_or_none()
    return form(session, row.forms.get(row.start_form)) if row else None


def start_forms(session: Session, definition_ids: Iterable[int]) -> dict[int, bytes]:
    """The JSON of the forms with which cases of these versions are started, by the versions' ids; those that have one."""
    rows = session.execute(
        select(ProcessDefinition.id, ProcessDefinition.start_form, ProcessDefinition.forms).where(
            ProcessDefinition.id.in_(list(definition_ids))
        )
    ).all()
    bound = {row.id: row.forms.get(row.start_form) for row in rows}
    contents = forms(session, bound.values())
    return {each: contents[form_id] for each, form_id in bound.items() if form_id in contents}


def forms_of(session: Session, definition_id: int) -> list[bytes]:
    """The JSON of every form of a version and of all that it calls, as they were bound at its deployment."""
    called = session.scalar(select(ProcessDefinition.called).where(ProcessDefinition.id == definition_id)) or {}
    ids = [definition_id, *(i for i in called.values() if i is not None)]
    bound = session.scalars(select(ProcessDefinition.forms).where(ProcessDefinition.id.in_(ids)))
    return list(forms(session, (i for row in bound for i in row.values())).values())


def deployments(session: Session, limit: int = 50) -> list[DeploymentRow]:
    """The newest deployments, newest first, with the process versions that each brought."""
    rows = session.scalars(select(Deployment).order_by(Deployment.id.desc()).limit(limit)).all()
    brought: dict[int, list[str]] = {row.id: [] for row in rows}
    found = session.execute(
        select(ProcessDefinition.deployment_id, ProcessDefinition.key, ProcessDefinition.version)
        .where(ProcessDefinition.deployment_id.in_(brought))
        .order_by(ProcessDefinition.key)
    )
    for deployment_id, key, version in found:
        brought[deployment_id].append(f"{key} {version}")
    return [DeploymentRow(row.id, row.at, row.by, row.note, tuple(brought[row.id])) for row in rows]


def _selected() -> AnySelect:
    return (
        select(
            ProcessDefinition.id,
            ProcessDefinition.key,
            ProcessDefinition.name,
            ProcessDefinition.version,
            ProcessDefinition.latest,
            ProcessDefinition.documentation,
            ProcessDefinition.startable,
            ProcessDefinition.start_form,
            ProcessDefinition.starter_groups,
            ProcessDefinition.resource_id,
            Deployment.at,
            Deployment.by,
            Deployment.note,
            Resource.name.label("file"),
        )
        .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
        .join(Resource, Resource.id == ProcessDefinition.resource_id)
    )


def _rows(session: Session, chosen: AnySelect) -> list[DefinitionRow]:
    return [_row(row) for row in session.execute(chosen)]


def _row(row: AnyRow) -> DefinitionRow:
    return DefinitionRow(
        id=row.id,
        key=row.key,
        name=row.name,
        version=row.version,
        latest=row.latest,
        documentation=row.documentation,
        startable=row.startable,
        start_form=row.start_form,
        starter_groups=tuple(row.starter_groups),
        deployed=row.at,
        deployed_by=row.by,
        note=row.note,
        file=row.file,
        resource_id=row.resource_id,
    )
