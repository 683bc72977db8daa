"""A process with all that it needs to run: what it calls, and the forms and tables of all of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.diagram import Element, read
from engine.errors import DefinitionNotFound, ParseFailed
from engine.queries.bound import bound_files, latest_forms, latest_tables
from engine.queries.drawings import DIAGRAM, FORM, TABLE
from engine.store.tables import Drawing, ProcessDefinition, Resource, SavedRehearsal


def running_files(session: Session, definition_id: int) -> dict[str, bytes]:
    """The files that a deployed version runs on, as they were bound to it, by names that tell forms by their keys.

    Raises DefinitionNotFound.
    """
    called = session.scalar(select(ProcessDefinition.called).where(ProcessDefinition.id == definition_id))
    if called is None:
        raise DefinitionNotFound(key=definition_id)
    found: dict[str, bytes] = {}
    for each in dict.fromkeys([definition_id, *(i for i in called.values() if i is not None)]):
        files = bound_files(session, each)
        found |= {f"{each}/{name.rpartition('/')[2]}": content for name, content in files.diagrams.items()}
        found |= _named(files.forms, files.tables)
    return _each_once(found)


def has_rehearsals(session: Session, authority: str, processes: Iterable[str]) -> bool:
    """Whether any rehearsal of these processes is saved."""
    mine = SavedRehearsal.authority == authority, SavedRehearsal.process.in_(list(processes))
    return session.scalar(select(SavedRehearsal.id).where(*mine).limit(1)) is not None


def drawn_files(session: Session, drawn: Mapping[str, bytes]) -> dict[str, bytes]:
    """Diagrams that are not deployed, with the newest versions of what they need. Raises DiagramRefused, ParseFailed."""
    found = {f"drawn/{name.rpartition('/')[2]}": content for name, content in drawn.items()}
    ahead, known = list(found.items()), set[str]()
    while ahead:
        name, content = ahead.pop()
        diagram = read(content, name)
        known |= diagram.processes.keys()
        elements = diagram.elements.values()
        forms = latest_forms(session, {each.form_key for each in elements if each.form_key})
        tables = latest_tables(session, {each.decision_ref for each in elements if each.decision_ref})
        found |= _named(forms, tables)
        called = {each.called_element for each in elements if each.called_element} - known
        fresh = _latest_diagrams(session, called)
        known |= called
        found |= fresh
        ahead.extend(fresh.items())
    return _each_once(found)


def drafts_beside(session: Session, drawn: Mapping[str, bytes]) -> dict[str, bytes]:
    """The open drafts, whoever saved them, of the forms and tables that diagrams name, and of new processes that they
    call: {file name: content}, without the diagrams. Of several drafts of one thing it is the one saved last."""
    found: dict[str, bytes] = {}
    ahead = list(drawn.items())
    while ahead:
        name, content = ahead.pop()
        elements = _elements(name, content)
        forms = _drafts(session, FORM, (each.form_key for each in elements))
        tables = _drafts(session, TABLE, (each.decision_ref for each in elements))
        called = _drafts(session, DIAGRAM, (each.called_element for each in elements))
        ahead += [each for each in called.items() if each[0] not in found | dict(drawn)]
        found |= forms | tables | called
    return {name: content for name, content in found.items() if name not in drawn}


def _elements(name: str, content: bytes) -> list[Element]:
    try:
        return list(read(content, name).elements.values())
    except ParseFailed:  # what is not understood is told when it is checked
        return []


def _drafts(session: Session, kind: str, keys: Iterable[str | None]) -> dict[str, bytes]:
    """The newest open drafts of a kind, by file; of processes only those that are new."""
    wanted = sorted({key for key in keys if key})
    new = [Drawing.based_on.is_(None)] if kind == DIAGRAM else []
    chosen = select(Drawing.file, Drawing.content).where(
        Drawing.kind == kind, Drawing.process.in_(wanted), Drawing.ended.is_(None), *new
    )
    rows = session.execute(chosen.order_by(Drawing.saved, Drawing.id)) if wanted else ()
    return {row[0]: row[1] for row in rows}


def _latest_diagrams(session: Session, keys: Iterable[str]) -> dict[str, bytes]:
    wanted = sorted(keys)
    chosen = select(ProcessDefinition.id, Resource.name, Resource.content).join(
        Resource, Resource.id == ProcessDefinition.resource_id
    )
    rows = session.execute(chosen.where(ProcessDefinition.latest, ProcessDefinition.key.in_(wanted))) if wanted else ()
    return {f"{row[0]}/{row[1].rpartition('/')[2]}": row[2] for row in rows}


def _named(forms: Mapping[str, bytes], tables: Mapping[str, bytes]) -> dict[str, bytes]:
    found = {f"forms/{key}.form": content for key, content in forms.items()}
    return found | {f"tables/{name.rpartition('/')[2]}": content for name, content in tables.items()}


def _each_once(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files without those that hold what another holds too: two processes of one file, say."""
    by_content = {content: name for name, content in reversed(list(files.items())) if not name.endswith(".form")}
    return {name: content for name, content in files.items() if name.endswith(".form") or by_content[content] == name}
