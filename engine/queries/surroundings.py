"""A process with all that it needs to run: what it calls, and the forms and tables of all of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.diagram import read
from engine.errors import DefinitionNotFound
from engine.queries.bound import bound_files, latest_forms, latest_tables
from engine.store.tables import ProcessDefinition, Resource, SavedRehearsal


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
