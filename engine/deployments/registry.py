"""Definitions ready to run. A stored definition never changes, so each process parses it once and keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import RLock
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.decisions import Decision, evaluate, parse_decisions
from engine.deployments import readers
from engine.diagram import Diagram
from engine.errors import DefinitionGone
from engine.feel import Feel
from engine.forms import Form, load_form
from engine.lint.kept import Sources
from engine.queries.common import AnyRow
from engine.spiff import Definition, parse
from engine.store.tables import DecisionDefinition, FormDefinition, ProcessDefinition, Resource

#: Definitions that a process keeps; beyond it, all are forgotten and read again as they are needed.
LIMIT = 500


@dataclass(frozen=True)
class Loaded:
    """A definition with what was bound to it at deployment. ``ids`` gives the definition id of each process key in
    it."""

    id: int
    key: str
    name: str
    definition: Definition
    ids: Mapping[str, int]
    starter_groups: tuple[str, ...]
    decisions: Mapping[str, Decision]
    readers: frozenset[str] = frozenset()
    """The roles that may see its cases, whether they are asked in them or not."""

    @property
    def end_when(self) -> str:
        """The FEEL condition over ``school`` by which its cases end with the school; empty: they don't."""
        return self._property("endWhen")

    @property
    def bars(self) -> str:
        """FEEL that names who has a conflict of interest in a case and is barred from it; empty: nobody."""
        return self._property("bars").removeprefix("=").strip()

    @property
    def start_when(self) -> str:
        """FEEL over ``school`` that says for which schools the process is; empty when it is for all."""
        return self._property("startWhen")

    @property
    def needs_school(self) -> bool:
        """Whether a case of the process is always about a school."""
        return self._property("needsSchool") == "true"

    @property
    def needs_school_by_hand(self) -> bool:
        """Whether a case that somebody begins is: of a process that needs a school, or whose none start event says
        ``forEach`` = ``school``. What a timer begins beside may be about none."""
        return self.needs_school or any(each.kind == "none" and each.for_each for each in self.definition.starts)

    @property
    def many_cases(self) -> bool:
        """Whether a school may have several open cases of the process at once."""
        return self._property("cases") == "many"

    @property
    def closed_schools(self) -> bool:
        """Whether a case may begin for a school that has closed."""
        return self._property("closedSchools") == "true"

    @property
    def held_categories(self) -> tuple[str, ...]:
        """The categories in which a case keeps its school that has put it there, until it ends or puts it in another."""
        return tuple(each.strip() for each in self._property("holdsCategory").split(",") if each.strip())

    @property
    def while_open(self) -> str:
        """What a batch does for a school with an open case of the process: ``skip`` it, ``begin`` another, ``end`` the open
        one."""
        return self._property("whileOpen") or "skip"

    def _property(self, name: str) -> str:
        return self.definition.diagram.processes[self.key].properties.get(name, "")

    def decide(self, feel: Feel, ref: str, variables: Mapping[str, Any], now: datetime) -> Any:
        """The result of a decision in its bound version; ``now`` is what its tables see as today."""
        return evaluate(ref, variables, feel, self.decisions, now=now)


class Registry:
    """The definitions that this process has parsed, by id. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._loaded: dict[int, Loaded] = {}
        self._parsed: dict[int, tuple[Definition, dict[str, Definition]]] = {}
        self._sources: dict[int, Sources] = {}

    def get(self, session: Session, definition_id: int) -> Loaded:
        """The definition with this id. Raises DefinitionGone."""
        found = self._loaded.get(definition_id)
        if found is None:
            with self._lock:
                found = self._load(session, definition_id)
        return found

    def fresh(self, session: Session, definition_id: int) -> Loaded:
        """A definition that the current transaction has just written: not kept, since that may yet be rolled back."""
        return Registry().get(session, definition_id)

    def sources(self, session: Session, loaded: Loaded) -> Sources:
        """The diagrams, forms and decisions between which the variables of a definition's cases cross, as they are bound."""
        found = self._sources.get(loaded.id)
        if found is None:
            ids = loaded.ids.values()
            bound = session.scalars(select(ProcessDefinition.forms).where(ProcessDefinition.id.in_(ids)))
            forms = _forms(session, {key: each for forms in bound for key, each in forms.items() if each is not None})
            diagrams = {id(each): each for each in _diagrams(loaded.definition, {})}
            found = self._sources[loaded.id] = Sources(tuple(diagrams.values()), forms, loaded.decisions)
        return found

    def _load(self, session: Session, definition_id: int) -> Loaded:
        if len(self._loaded) >= LIMIT:
            self._loaded.clear()
            self._parsed.clear()
            self._sources.clear()
        row = self._rows(session, [definition_id]).get(definition_id)
        if row is None:
            raise DefinitionGone(version=definition_id)
        rows = {row.id: row, **self._rows(session, _known(row.called.values()) - {row.id})}
        self._parse(rows)
        decisions = {i for each in rows.values() for i in _known(each.decisions.values())}
        loaded = Loaded(
            id=row.id,
            key=row.key,
            name=row.name,
            definition=self._parsed[row.id][0],
            ids={each.key: each.id for each in rows.values()},
            starter_groups=tuple(row.starter_groups),
            decisions=_decisions(session, decisions),
            readers=readers.of(row.visible_to, row.asked, (each.asked for each in rows.values())),
        )
        self._loaded[row.id] = loaded
        return loaded

    def _rows(self, session: Session, ids: Iterable[int]) -> dict[int, AnyRow]:
        wanted = list(ids)
        if not wanted:
            return {}
        found = session.execute(
            select(
                ProcessDefinition.id,
                ProcessDefinition.key,
                ProcessDefinition.name,
                ProcessDefinition.called,
                ProcessDefinition.decisions,
                ProcessDefinition.starter_groups,
                ProcessDefinition.visible_to,
                ProcessDefinition.asked,
                Resource.content,
                Resource.name.label("file"),
            )
            .join(Resource, Resource.id == ProcessDefinition.resource_id)
            .where(ProcessDefinition.id.in_(wanted))
        )
        return {row.id: row for row in found}

    def _parse(self, rows: Mapping[int, AnyRow]) -> None:
        """Parse all, then tell each what it calls: processes may call each other in a ring."""
        fresh = [row for row in rows.values() if row.id not in self._parsed]
        for row in fresh:
            called: dict[str, Definition] = {}
            self._parsed[row.id] = parse(row.key, row.content, called, row.file), called
        for row in fresh:
            self._parsed[row.id][1].update(
                {key: self._parsed[i][0] for key, i in row.called.items() if i in self._parsed}
            )


def _diagrams(definition: Definition, seen: dict[str, Diagram]) -> Iterable[Diagram]:
    """The diagram of a definition, and of all that it calls, however indirectly."""
    if definition.key not in seen:
        seen[definition.key] = definition.diagram
        for each in definition.called.values():
            _diagrams(each, seen)
    return seen.values()


def _forms(session: Session, ids: Mapping[str, int]) -> dict[str, Form]:
    """Forms by their keys, in the versions with these ids."""
    chosen = select(FormDefinition.id, Resource.content).join(Resource, Resource.id == FormDefinition.resource_id)
    rows = session.execute(chosen.where(FormDefinition.id.in_(ids.values())))
    content = {row.id: row.content for row in rows}
    return {key: load_form(content[each]) for key, each in ids.items() if each in content}


def _known(ids: Iterable[int | None]) -> set[int]:
    return {i for i in ids if i is not None}


def _decisions(session: Session, ids: Iterable[int]) -> dict[str, Decision]:
    """All decisions in the files that hold these: one decision may require another of its file."""
    wanted = list(ids)
    if not wanted:
        return {}
    files = session.execute(
        select(Resource.name, Resource.content)
        .join(DecisionDefinition, DecisionDefinition.resource_id == Resource.id)
        .where(DecisionDefinition.id.in_(wanted))
        .distinct()
    )
    return {key: each for name, content in files for key, each in parse_decisions(content, name).items()}
