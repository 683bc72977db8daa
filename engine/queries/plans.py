"""Deployments that wait for an approval or a date, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import PlanNotFound
from engine.store.tables import PlannedDeployment, ProcessDefinition, Resource

#: It waits for an approval; for its date; it was carried out; refused; called off; or could not be carried out.
ASKED, PLANNED, DEPLOYED, REFUSED, CALLED_OFF, FAILED = (
    "asked",
    "planned",
    "deployed",
    "refused",
    "called off",
    "failed",
)
#: What a file brought is kept until somebody confirms it: nothing waits yet.
LOOKED = "looked"


@dataclass(frozen=True)
class PlanRow:
    """A deployment that was handed in. ``stale``: another version of its process was deployed since."""

    id: int
    process: str
    title: str
    based_on: int | None
    note: str
    by: str
    at: datetime
    takes_effect: datetime | None
    approval: str
    approved_by: str | None
    approved: datetime | None
    status: str
    ended: datetime | None
    ended_by: str | None
    why: str
    strict: bool
    stale: bool

    @property
    def waits(self) -> bool:
        """Whether it is on its way: it waits for an approval or for its date."""
        return self.status in (ASKED, PLANNED)


def plan(session: Session, plan_id: int) -> PlanRow:
    """One. Raises PlanNotFound."""
    found = session.scalars(select(PlannedDeployment).where(PlannedDeployment.id == plan_id)).first()
    if found is None:
        raise PlanNotFound(plan=plan_id)
    return _rows(session, [found])[0]


def plans(session: Session, process: str = "") -> list[PlanRow]:
    """Those that wait, and those that could not be carried out and that nobody has seen to; of one process, or of all."""
    chosen = select(PlannedDeployment).where(PlannedDeployment.ended.is_(None), PlannedDeployment.status != LOOKED)
    if process:
        chosen = chosen.where(PlannedDeployment.process == process)
    return _rows(session, list(session.scalars(chosen.order_by(PlannedDeployment.id))))


def plan_files(session: Session, plan_id: int) -> dict[str, bytes]:
    """The files that were handed in. Raises PlanNotFound."""
    found = session.scalars(select(PlannedDeployment).where(PlannedDeployment.id == plan_id)).first()
    if found is None:
        raise PlanNotFound(plan=plan_id)
    ids = list(found.files.values())
    contents = {
        i: data for i, data in session.execute(select(Resource.id, Resource.content).where(Resource.id.in_(ids)))
    }
    return {name: contents[i] for name, i in found.files.items()}


def approvals(session: Session, process: str) -> dict[int, str]:
    """By whom the versions of a process were approved that somebody had to approve: {version: who}."""
    found = session.execute(
        select(ProcessDefinition.version, PlannedDeployment.approved_by)
        .join(PlannedDeployment, PlannedDeployment.deployment_id == ProcessDefinition.deployment_id)
        .where(ProcessDefinition.key == process, PlannedDeployment.approved_by.is_not(None))
    )
    return {version: who for version, who in found if who is not None}


def _rows(session: Session, found: list[PlannedDeployment]) -> list[PlanRow]:
    keys = {each.process for each in found}
    newest = select(ProcessDefinition.key, ProcessDefinition.id).where(
        ProcessDefinition.latest, ProcessDefinition.key.in_(keys)
    )
    latest: dict[str, int] = {key: i for key, i in session.execute(newest)} if keys else {}
    return [_row(each, latest.get(each.process)) for each in found]


def _row(row: PlannedDeployment, latest: int | None) -> PlanRow:
    return PlanRow(
        row.id,
        row.process,
        row.title,
        row.based_on,
        row.note,
        row.by,
        row.at,
        row.takes_effect,
        row.approval,
        row.approved_by,
        row.approved,
        row.status,
        row.ended,
        row.ended_by,
        row.why,
        row.strict,
        row.ended is None and row.based_on is not None and row.based_on != latest,
    )
