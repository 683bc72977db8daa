"""New versions of processes, and which versions of other things each of them means.

``called``, ``forms`` and ``decisions`` of a definition are {key: definition id}; the id is None for what was not
deployed when a diagram was taken without its surroundings (``strict=False``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine.deployments import readers
from engine.diagram import Diagram, Element, consequence
from engine.lint import Finding
from engine.lint.bundle import Bundle
from engine.store.tables import DecisionDefinition, Deployment, FormDefinition, ProcessDefinition, ProcessReader


@dataclass
class Storing:
    """A deployment while it is being written."""

    session: Session
    authority: str
    now: datetime
    by: str
    note: str
    strict: bool
    bundle: Bundle
    warnings: tuple[Finding, ...] = ()
    deployment_id: int | None = None
    origin: str = "files"
    standing: Mapping[str, bytes] = field(default_factory=dict)
    """What the files of the configuration say, by kind of document: it counts while nothing of the kind is deployed."""

    def the_deployment(self) -> int:
        """The deployment's id; its row is written when the first thing turns out to be new."""
        if self.deployment_id is None:
            said = {"by": self.by, "note": self.note, "strict": self.strict, "origin": self.origin}
            row = Deployment(authority=self.authority, at=self.now, **said)
            self.session.add(row)
            self.session.flush()
            self.deployment_id = row.id
        return self.deployment_id

    def version(self, key: str, number: int, resource_id: int) -> dict[str, Any]:
        """What the row of a new version says, whatever it is a version of."""
        return {
            "authority": self.authority,
            "key": key,
            "version": number,
            "latest": True,
            "deployment_id": self.the_deployment(),
            "resource_id": resource_id,
        }


def latest(session: Session, table: Any, authority: str) -> dict[str, Any]:
    """The latest version of each key."""
    found = session.execute(
        select(table.key, table.id, table.version, table.resource_id, table.deployment_id).where(
            table.authority == authority, table.latest
        )
    )
    return {row.key: row for row in found}


def retire(session: Session, table: Any, authority: str, keys: Collection[str]) -> None:
    """The versions that were the latest of these keys are so no more."""
    if keys:
        session.execute(
            update(table).where(table.authority == authority, table.key.in_(keys), table.latest).values(latest=False)
        )


@dataclass(frozen=True)
class _About:
    """What a process's row says: the columns that its diagram gives, and the keys that it refers to."""

    columns: Mapping[str, Any]
    calls: tuple[str, ...]
    forms: tuple[str, ...]
    decisions: tuple[str, ...]
    resource_id: int


def bind(storing: Storing, resources: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Write new versions of what has changed, and of what refers to it; {key: (definition id, version)}."""
    known = _known(storing)
    about = _about_all(storing, known, resources)
    forms = _ids(storing, FormDefinition)
    decisions = _ids(storing, DecisionDefinition)
    changed = {key for key, each in about.items() if _differs(each, known.get(key), forms, decisions)}
    keys = sorted(_with_callers(changed, about))
    if not keys:
        return {}
    retire(storing.session, ProcessDefinition, storing.authority, keys)
    versions = {key: known[key].version + 1 if key in known else 1 for key in keys}
    rows = [_row(storing, key, versions[key], about[key], forms, decisions) for key in keys]
    statement = insert(ProcessDefinition).returning(ProcessDefinition.id, sort_by_parameter_order=True)
    fresh = dict(zip(keys, storing.session.scalars(statement, rows), strict=True))
    _tell_called(storing, fresh, about, {key: row.id for key, row in known.items()} | fresh)
    _let_read(storing, fresh, about)
    return {key: (fresh[key], versions[key]) for key in keys}


def _about_all(
    storing: Storing, known: Mapping[str, ProcessDefinition], resources: Mapping[str, int]
) -> dict[str, _About]:
    """All processes of the authority: as the files in hand draw them, else as they are stored."""
    bundle = storing.bundle
    drawn = {key: _drawn(bundle.diagrams[bundle.processes[key]], key, i) for key, i in resources.items()}
    return {key: _stored(row) for key, row in known.items()} | drawn


def _known(storing: Storing) -> dict[str, ProcessDefinition]:
    found = select(ProcessDefinition).where(ProcessDefinition.authority == storing.authority, ProcessDefinition.latest)
    return {row.key: row for row in storing.session.scalars(found)}


def _ids(storing: Storing, table: Any) -> dict[str, int]:
    return {key: row.id for key, row in latest(storing.session, table, storing.authority).items()}


def _stored(row: ProcessDefinition) -> _About:
    names = ("name", "documentation", "startable", "start_form", "starter_groups", "elements", "visible_to", "asked")
    columns = {name: getattr(row, name) for name in names}
    return _About(columns, tuple(row.calls), tuple(row.forms), tuple(row.decisions), row.resource_id)


def _drawn(diagram: Diagram, key: str, resource_id: int) -> _About:
    process = diagram.processes[key]
    elements = [element for element in diagram.elements.values() if element.process == key]
    columns = {
        "name": process.name or key,
        "documentation": process.documentation,
        **_begins(diagram, key),
        "starter_groups": list(process.candidate_starter_groups),
        "elements": {element.id: _columns(diagram, element) for element in elements},
        "visible_to": readers.visible_to(diagram, key),
        "asked": readers.asked(diagram, key),
    }
    return _About(
        columns=columns,
        calls=_named(element.called_element for element in elements),
        forms=_named(element.form_key for element in elements),
        decisions=_named(element.decision_ref for element in elements),
        resource_id=resource_id,
    )


def _begins(diagram: Diagram, key: str) -> dict[str, Any]:
    """Whether a person may start a process, and with which form."""
    starts = diagram.starts(key)
    plain = [element for element in starts if not element.event_definitions]
    return {"startable": bool(plain) or not starts, "start_form": plain[0].form_key if plain else ""}


def _columns(diagram: Diagram, element: Element) -> list[Any]:
    said = [element.name, element.kind, diagram.lane_of(element.id), element.form_key, element.documentation]
    return [*said, list(element.clauses), _event(diagram, element), _task(diagram, element), _duty(element)]


def _event(diagram: Diagram, element: Element) -> dict[str, Any] | None:
    """Of an event that people may report: its message, their roles, and what it brings about."""
    if not element.reported_by or not element.caught_message:
        return None
    follows = consequence(diagram, element)
    return {"message": element.caught_message, "reported_by": list(element.reported_by), "consequence": follows}


def _duty(element: Element) -> dict[str, Any] | None:
    """Of an element that carries clauses: whether it is an act, and which of them it carries only in part."""
    if not element.clauses:
        return None
    return {"act": element.acts, "partly": list(element.clauses_in_part)}


def _task(diagram: Diagram, element: Element) -> dict[str, Any] | None:
    """Of a user task, what its properties say of how it is answered; None when they say nothing."""
    said = {"prefill": element.properties.get("prefill", ""), "on_behalf": list(element.on_behalf)}
    said["no_answer"] = element.properties.get("noAnswer", "")
    said["separate_from"] = _separate(diagram, element)
    said["check"] = element.properties.get("checkAnswers", "")
    said["report"] = element.properties.get("report", "")
    return {name: each for name, each in said.items() if each} or None


def _separate(diagram: Diagram, element: Element) -> list[str]:
    """The tasks that somebody else must do: those that it names, and those that name it."""
    naming = (each.id for each in diagram.elements.values() if element.id in each.separate_from)
    return sorted({*element.separate_from, *naming} - {element.id})


def _named(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))


def _differs(
    about: _About, row: ProcessDefinition | None, forms: Mapping[str, int], decisions: Mapping[str, int]
) -> bool:
    """Whether a process is new, has another file, or refers to a form or decision that has a new version."""
    if row is None or row.resource_id != about.resource_id:
        return True
    return row.forms != _bound(about.forms, forms) or row.decisions != _bound(about.decisions, decisions)


def _bound(keys: Collection[str], ids: Mapping[str, int]) -> dict[str, int | None]:
    return {key: ids.get(key) for key in keys}


def _with_callers(changed: set[str], about: Mapping[str, _About]) -> set[str]:
    """What has changed, and whatever calls that, however indirectly."""
    found = set(changed)
    while True:
        callers = {key for key, each in about.items() if key not in found and not found.isdisjoint(each.calls)}
        if not callers:
            return found
        found |= callers


def _row(
    storing: Storing, key: str, version: int, about: _About, forms: Mapping[str, int], decisions: Mapping[str, int]
) -> dict[str, Any]:
    return {
        **about.columns,
        **storing.version(key, version, about.resource_id),
        "calls": list(about.calls),
        "called": {},
        "forms": _bound(about.forms, forms),
        "decisions": _bound(about.decisions, decisions),
    }


def _tell_called(
    storing: Storing, fresh: Mapping[str, int], about: Mapping[str, _About], ids: Mapping[str, int]
) -> None:
    """Note in each new version which versions it may call: ids are only known once all rows are written."""
    rows = [{"id": i, "called": _bound(_closure(key, about), ids)} for key, i in fresh.items() if about[key].calls]
    if rows:
        storing.session.execute(update(ProcessDefinition), rows)


def _let_read(storing: Storing, fresh: Mapping[str, int], about: Mapping[str, _About]) -> None:
    """Note which roles may see the cases of each new version."""
    rows = [
        {"authority": storing.authority, "definition_id": i, "role": role}
        for key, i in fresh.items()
        for role in sorted(_readers(key, about))
    ]
    if rows:
        storing.session.execute(insert(ProcessReader), rows)


def _readers(key: str, about: Mapping[str, _About]) -> frozenset[str]:
    own = about[key].columns
    called = (about[each].columns["asked"] for each in _closure(key, about) if each in about)
    return readers.of(own["visible_to"], own["asked"], called)


def _closure(key: str, about: Mapping[str, _About]) -> list[str]:
    """Every process that one calls, and that those call."""
    found: dict[str, None] = {}
    ahead = list(about[key].calls)
    while ahead:
        here = ahead.pop()
        if here not in found:
            found[here] = None
            ahead.extend(about[here].calls if here in about else ())
    return sorted(found)
