"""What a change of an authority's settings, roles or clauses breaks in the diagrams and tables that are deployed already."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from engine.configuration import Documents
from engine.configuration.places import names, reads_settings
from engine.feel import Feel
from engine.forms import confidential_roles
from engine.lint import check
from engine.lint.core import OURS, Finding, Known, world_of
from engine.lint.tables import findings


def unsettled(said: Documents, whole: Known, known: Known, feel: Feel | None) -> Iterator[Finding]:
    """What is wrong with diagrams and tables that are deployed and name what these documents change, and was not before."""
    settings = frozenset(_changed(known.settings or {}, said.settings))
    gone = _gone(known.roles, said.roles) | _gone(known.clauses, said.clauses)
    if feel is None or not (settings or gone):
        return
    read = {
        name for name, content in whole.sources.items() if reads_settings(content, settings) or names(content, gone)
    }
    yield from _fresh(partial(_of_diagrams, read, feel), whole, known)
    yield from _fresh(partial(_of_tables, read, feel), whole, known)
    yield from _of_forms(gone, whole)


def _gone(before: frozenset[str] | None, after: frozenset[str] | None) -> frozenset[str]:
    return before - after if before is not None and after is not None else frozenset()


def _of_forms(gone: frozenset[str], known: Known) -> Iterator[Finding]:
    """Forms that keep something to roles that are gone."""
    for key, form in (known.forms or {}).items():
        kept = {role for _, role in confidential_roles(form.components)} if form is not None else set()
        for role in sorted(kept & gone):
            message = f'it keeps an answer to the role "{role}", which would be gone.'
            yield Finding("PW-992", "error", f"{key}.form", 1, "", "", message, "Change the form first.", OURS)


def _fresh(found: Callable[[Known], list[Finding]], whole: Known, known: Known) -> Iterator[Finding]:
    """What is found now and was not found before."""
    now = found(whole)
    before = set(found(known)) if now else set()
    return (each for each in now if each not in before)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any] | None) -> Iterator[str]:
    """The names of settings that are new, gone, or say something else; none where no settings are handed in. A number is not the
    text of its digits."""
    for name in {**before, **after} if after is not None else ():
        if repr(before.get(name)) != repr(after.get(name) if after else None):
            yield name


def _of_diagrams(read: set[str], feel: Feel, known: Known) -> list[Finding]:
    """What is wrong with the diagrams in these files."""
    again = tuple(each for each in known.others if each.file in read)
    beside = replace(known, others=tuple(each for each in known.others if each not in again))
    return check(again, beside, feel) if again else []


def _of_tables(read: set[str], feel: Feel, known: Known) -> list[Finding]:
    """What is wrong with the tables in these files."""
    tables = {key: each for key, each in (known.decisions or {}).items() if each and known.tabled.get(key) in read}
    world = world_of((), known, feel)() if tables else None
    return list(findings(world, tables, {key: known.tabled[key] for key in tables})) if world is not None else []
