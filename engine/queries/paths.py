"""The path that each case took through its diagrams, and the diagrams themselves: what a picture is drawn of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries.chronology import CaseRow
from engine.queries.common import AnyRow
from engine.store.tables import History, ProcessDefinition, ProcessInstance, Resource


@dataclass(frozen=True)
class PathRow:
    """A case on one diagram: the elements ``done``, those where it stands ``now``, and the ``flows`` that it took."""

    case: int
    definition_id: int
    key: str
    name: str
    version: int
    xml: bytes
    done: frozenset[str]
    now: frozenset[str]
    flows: frozenset[str]


def paths(session: Session, cases: Sequence[CaseRow]) -> list[PathRow]:
    """The paths of these cases, each case's own diagram first, then those of called processes that it has been in.

    Three statements, however many cases.
    """
    ids = [case.id for case in cases]
    columns = History.instance_id, History.definition_id, History.element, History.via, History.how
    been = session.execute(
        select(*columns).where(History.instance_id.in_(ids), History.definition_id.is_not(None)).distinct()
    ).all()
    rows = session.execute(select(ProcessInstance.id, ProcessInstance.active).where(ProcessInstance.id.in_(ids)))
    active = {instance_id: at for instance_id, at in rows}
    known = _diagrams(session, {case.definition_id for case in cases} | {row.definition_id for row in been})
    ways: dict[int, list[AnyRow]] = {case.id: [] for case in cases}
    for row in been:
        ways[row.instance_id].append(row)
    return [path for case in cases for path in _of_case(case, known, ways[case.id], active.get(case.id) or [])]


def _of_case(
    case: CaseRow, known: Mapping[int, AnyRow], been: Sequence[AnyRow], standing: Sequence[Sequence[str]]
) -> Iterator[PathRow]:
    order = dict.fromkeys([case.definition_id, *sorted({row.definition_id for row in been})])
    for definition_id in order:
        if definition_id in known:
            here = [row for row in been if row.definition_id == definition_id]
            now = [at for at in standing if at[0] == definition_id]
            yield _path(case.id, known[definition_id], here, now)


def _diagrams(session: Session, ids: Iterable[int]) -> dict[int, AnyRow]:
    columns = ProcessDefinition.id, ProcessDefinition.key, ProcessDefinition.name, ProcessDefinition.version
    chosen = select(*columns, Resource.content).join(Resource, Resource.id == ProcessDefinition.resource_id)
    return {row.id: row for row in session.execute(chosen.where(ProcessDefinition.id.in_(list(ids))))}


def _path(case: int, diagram: AnyRow, been: Sequence[AnyRow], now: Sequence[Sequence[str]]) -> PathRow:
    return PathRow(
        case=case,
        definition_id=diagram.id,
        key=diagram.key,
        name=diagram.name,
        version=diagram.version,
        xml=diagram.content,
        done=frozenset(row.element for row in been if row.how == "completed"),
        now=frozenset(at[1] for at in now),
        flows=frozenset(row.via for row in been) | frozenset(at[2] for at in now),
    )
