"""What authorities have deployed of their configuration: the versions of each document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.configuration import key_of, kind_of_key
from engine.store.tables import (
    ACTIVE,
    ConfigDefinition,
    Deployment,
    PlannedDeployment,
    ProcessDefinition,
    ProcessInstance,
    Resource,
)
from engine.store.tenancy import unconfined


@dataclass(frozen=True)
class DocumentVersion:
    """A version of a document of the configuration. ``by`` is empty for what a file said before it was ever changed."""

    kind: str
    version: int
    latest: bool
    at: datetime
    by: str
    note: str
    origin: str
    approved_by: str | None
    content: bytes


def document_versions(session: Session, kind: str) -> list[DocumentVersion]:
    """All versions of a document of the authority, the newest first; none while its file counts."""
    rows = session.execute(_chosen().where(ConfigDefinition.key == key_of(kind)))
    return [_row(row) for row in rows]


def newest_documents(session: Session, authority: str) -> dict[str, DocumentVersion]:
    """The newest version of each document that an authority has deployed, by kind."""
    rows = session.execute(_chosen().where(ConfigDefinition.latest, ConfigDefinition.authority == authority))
    return {found.kind: found for found in map(_row, rows)}


def older_running(session: Session) -> list[tuple[int, bytes]]:
    """The diagrams of versions that are not the newest and on which cases of the authority still run: version and file."""
    chosen = (
        select(ProcessDefinition.version, Resource.content)
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .join(Resource, Resource.id == ProcessDefinition.resource_id)
        .where(ProcessInstance.status == ACTIVE, ProcessDefinition.latest.is_(False))
        .group_by(ProcessDefinition.id, ProcessDefinition.version, Resource.id, Resource.content)
        .order_by(ProcessDefinition.id)
    )
    with unconfined(session):
        return [(version, content) for version, content in session.execute(chosen)]


def _chosen() -> Any:
    approved = (
        select(PlannedDeployment.approved_by)
        .where(PlannedDeployment.deployment_id == ConfigDefinition.deployment_id)
        .correlate(ConfigDefinition)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            ConfigDefinition.key,
            ConfigDefinition.version,
            ConfigDefinition.latest,
            Deployment.at,
            Deployment.by,
            Deployment.note,
            Deployment.origin,
            Resource.content,
            approved.label("approved_by"),
        )
        .join(Deployment, Deployment.id == ConfigDefinition.deployment_id)
        .join(Resource, Resource.id == ConfigDefinition.resource_id)
        .order_by(ConfigDefinition.key, ConfigDefinition.version.desc())
    )


def _row(row: Any) -> DocumentVersion:
    kind = kind_of_key(row.key)
    said = row.version, row.latest, row.at, row.by, row.note, row.origin, row.approved_by, row.content
    return DocumentVersion(kind, *said)
