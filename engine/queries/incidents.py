"""One trouble of a case: what was evaluated, which values it saw, and in which answers they were last given."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import IncidentNotFound
from engine.queries.cases import InstanceRow, instance
from engine.queries.common import Elements
from engine.queries.definitions import forms_of
from engine.queries.detail import variables
from engine.queries.work import IncidentRow, incidents
from engine.store.tables import Incident, UserTask

#: The last tasks of a case that are searched for where a value came from.
LOOKED_AT = 100
_PART = re.compile(r"What it (saw|evaluated):\n(.*?)\n\n", re.DOTALL)


@dataclass(frozen=True)
class Origin:
    """The task in which a value was last given, by whom (a username) and when."""

    task: str
    by: str
    at: datetime


@dataclass(frozen=True)
class IncidentDetail:
    """A trouble of a case. ``saw`` are the names that were seen; ``values`` the case's variables; ``origins`` by name where
    a value came from; ``forms`` the JSON of all forms of the case's version."""

    row: IncidentRow
    case: InstanceRow
    expression: str
    saw: tuple[str, ...]
    values: Mapping[str, Any]
    origins: Mapping[str, Origin]
    forms: tuple[bytes, ...]


def incident_detail(session: Session, incident_id: int) -> IncidentDetail:
    """An open trouble of a case. Raises IncidentNotFound."""
    found = session.scalars(select(Incident).where(Incident.id == incident_id)).first()
    if found is None or found.resolved is not None or found.instance_id is None:
        raise IncidentNotFound(incident=incident_id)
    row = next(each for each in incidents(session, instance=found.instance_id) if each.id == incident_id)
    case = instance(session, found.instance_id)
    parts = dict(_PART.findall(found.detail))
    saw = tuple(line.partition(" = ")[0] for line in parts.get("saw", "").splitlines() if " = " in line)
    return IncidentDetail(
        row=row,
        case=case,
        expression=parts.get("evaluated", ""),
        saw=saw,
        values=variables(session, case.id),
        origins=_origins(session, case.id, saw),
        forms=tuple(forms_of(session, case.definition_id)),
    )


def _origins(session: Session, case: int, names: Collection[str]) -> dict[str, Origin]:
    chosen = select(UserTask.definition_id, UserTask.element, UserTask.values, UserTask.ended_by, UserTask.ended)
    done = chosen.where(UserTask.instance_id == case, UserTask.status == "completed").order_by(UserTask.id.desc())
    rows = session.execute(done.limit(LOOKED_AT)).all()
    elements, found = Elements(session, [row.definition_id for row in rows]), dict[str, Origin]()
    for row in rows:
        for name in set(names) & (row.values or {}).keys() - found.keys():
            found[name] = Origin(elements.info(row.definition_id, row.element).name, row.ended_by or "", row.ended)
    return found
