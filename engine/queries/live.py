"""What a report is drawn from: the open cases of a process as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries.tools import AnyRow, Elements, of_school
from engine.tables import ACTIVE, OPEN, WAITING, Job, ProcessInstance, School, UserTask

#: A report that would list more has to be drawn otherwise.
MOST = 1_000


def live_cases(session: Session, authority: str, process: str, now: datetime) -> list[dict[str, Any]]:
    """The open cases of a process by their school: urn, school, since (a date), waiting (names of steps) and overdue."""
    chosen = (
        ProcessInstance.authority == authority,
        ProcessInstance.process == process,
        ProcessInstance.status == ACTIVE,
    )
    cases = session.execute(
        select(
            ProcessInstance.id, ProcessInstance.school_urn, ProcessInstance.business_key, ProcessInstance.started,
            School.name,
        )
        .join(School, of_school(), isouter=True)
        .where(*chosen)
        .order_by(School.name, ProcessInstance.id)
        .limit(MOST)
    ).all()  # fmt: skip
    waits: dict[int, list[AnyRow]] = {}
    for table, open_ in ((UserTask, UserTask.status == OPEN), (Job, Job.status == WAITING)):
        found = select(table.instance_id, table.definition_id, table.element, table.due)
        for row in session.execute(
            found.join(ProcessInstance, ProcessInstance.id == table.instance_id).where(*chosen, open_)
        ):
            waits.setdefault(row.instance_id, []).append(row)
    elements = Elements(session, [row.definition_id for rows in waits.values() for row in rows])
    return [_case(case, waits.get(case.id, []), elements, now) for case in cases]


def _case(case: AnyRow, waits: Iterable[AnyRow], elements: Elements, now: datetime) -> dict[str, Any]:
    return {
        "urn": case.school_urn or "", "school": case.name or case.business_key, "since": case.started.date().isoformat(),
        "waiting": [elements.info(row.definition_id, row.element).name for row in waits],
        "overdue": sum(row.due is not None and row.due < now for row in waits),
    }  # fmt: skip
