"""What a report is drawn from: the open cases of a process as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendar.lateness import late_before
from engine.calendar.timers import ZONE
from engine.queries.common import AnyRow, Elements, of_school
from engine.store.tables import ACTIVE, OPEN, ProcessInstance, School, UserTask

#: A report that would list more has to be drawn otherwise.
MOST = 1_000
#: Where a token stands while the work is inside it, or elsewhere: not what a case waits for.
_AROUND = ("subprocess", "callactivity", "transaction", "gateway")


def live_cases(session: Session, authority: str, process: str, now: datetime) -> list[dict[str, Any]]:
    """The open cases of a process by their school: urn, school, since (a date), waiting (names of steps) and overdue
    (how many of its tasks).

    A case without a school stands by its business key. At most a thousand, in three statements however many there are.
    """
    name = func.coalesce(School.name, ProcessInstance.business_key)
    cases = session.execute(
        select(
            ProcessInstance.id,
            ProcessInstance.school_urn,
            ProcessInstance.started,
            ProcessInstance.active,
            name.label("school"),
        )
        .join(School, of_school(), isouter=True)
        .where(
            ProcessInstance.authority == authority,
            ProcessInstance.process == process,
            ProcessInstance.status == ACTIVE,
        )
        .order_by(name, ProcessInstance.id)
        .limit(MOST)
    ).all()
    elements = Elements(session, [at[0] for case in cases for at in case.active])
    overdue = _overdue(session, [case.id for case in cases], now)
    return [_case(case, elements, overdue.get(case.id, 0)) for case in cases]


def _overdue(session: Session, ids: Sequence[int], now: datetime) -> dict[int, int]:
    found = session.execute(
        select(UserTask.instance_id, func.count())
        .where(UserTask.instance_id.in_(ids), UserTask.status == OPEN, UserTask.due < late_before(now))
        .group_by(UserTask.instance_id)
    )
    return {instance_id: number for instance_id, number in found}


def _case(case: AnyRow, elements: Elements, overdue: int) -> dict[str, Any]:
    here = [elements.info(definition_id, element) for definition_id, element, *_ in case.active]
    return {
        "urn": case.school_urn or "",
        "school": case.school,
        "since": case.started.astimezone(ZONE).date().isoformat(),
        "waiting": list(dict.fromkeys(each.name for each in here if not each.kind.lower().endswith(_AROUND))),
        "overdue": overdue,
    }
