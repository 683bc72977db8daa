"""What this person may not read of a case: answers that a form keeps to certain roles."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from flask import g
from flask_login import current_user

from engine import queries
from engine.errors import PathwaysError
from engine.feel import Feel, to_feel
from engine.feel.values import NoFeelValue
from engine.forms import AtTime, Component, Form, load_form, mentions
from engine.queries import AttachmentRow, TaskDetail
from webapp.current import now, the_engine
from webapp.db import db
from webapp.people import witness


def timed_feel(school: str | None = None, at: datetime | None = None) -> AtTime:
    """FEEL whose today() is the engine's (the sample clock may have been moved) or that of ``at``, with a school's calendar (by
    its URN)."""
    moment: datetime = at or now()
    return AtTime(Feel.shared(), moment, the_engine().calendars.of(current_user.authority, school).why_closed)


def form_in(content: bytes, instance_id: int | None) -> Form:
    """A form as its case stands: what it no longer keeps to certain roles there is open. None: about no case."""
    form = load_form(content)
    return in_case(form, _variables(instance_id)) if form.opens and instance_id is not None else form


def in_case(form: Form, variables: Mapping[str, Any]) -> Form:
    """The same, of a case whose variables are known."""
    return form.in_case(variables, timed_feel()) if form.opens else form


def _variables(instance_id: int) -> Mapping[str, Any]:
    """The variables of a case, read once a request. Raises InstanceNotFound."""
    known: dict[int, Mapping[str, Any]] = g.setdefault("variables", {})
    if instance_id not in known:
        known[instance_id] = queries.variables(db.session(), instance_id)
    return known[instance_id]


def unseen(instance_id: int) -> set[str]:
    """The variables that some form of the case's processes keeps from the roles that this person has for its school."""
    return unseen_in(*_forms(instance_id), instance_id)


def _forms(instance_id: int) -> tuple[list[bytes], str | None]:
    """The forms of a case's processes, and its school."""
    session = db.session()
    case = queries.instance(session, instance_id)
    return queries.forms_of(session, case.definition_id), case.school_urn


def told(instance_id: int) -> set[str]:
    """The variables that some form of the case's processes keeps to certain roles, of which this person has one: that they are
    shown is recorded."""
    forms, school = _forms(instance_id)
    return kept_in(forms) - unseen_in(forms, school, instance_id)


def kept_of_case(instance_id: int) -> set[str]:
    """The variables that some form of the case's processes keeps to certain roles."""
    return kept_in(_forms(instance_id)[0])


def unseen_in(
    forms: Iterable[bytes], school: str | None, instance_id: int | None, told_by: int | None = None
) -> set[str]:
    """The variables that some of these forms keeps, in a case, from the roles that this person has for a school. ``told_by`` is
    the case that told of them, where they are no case's as it stands now."""
    held = current_user.scope.reads_at(school, instance_id or told_by)
    kept: dict[str, bool] = {}
    for content in forms:
        for key, roles in form_in(content, instance_id).confidential().items():
            kept[key] = kept.get(key, False) or bool(roles & held)
    return {key for key, may_see in kept.items() if not may_see}


def kept_in(forms: Iterable[bytes]) -> set[str]:
    """The variables that some of these forms keeps to certain roles."""
    return {key for content in forms for key in load_form(content).confidential()}


def kept_to(detail: TaskDetail, roles: Collection[str], named: bool = True) -> list[str]:
    """What a task's page shows that is kept to some of these roles: the labels of questions that have an answer or only show
    one, the names of files (``named`` false: that there is one, for those who may not read even that). What it asks is no
    part of it: it is asked of whoever may answer."""
    asked = [each.label for each in _shown(detail) if not set(roles).isdisjoint(each.confidential or ())]
    added = (each for each in _files(detail.row.instance_id, True) if not set(roles).isdisjoint(each.roles))
    kept = [each for each in added if each.task_id == detail.row.id and not each.removed]
    return [*asked, *map(_named if named else _numbered, kept)]


def _named(file: AttachmentRow) -> str:
    return f"the file {file.name}"


def _numbered(file: AttachmentRow) -> str:
    return f"file {file.id}"


def files(instance_id: int) -> list[AttachmentRow]:
    """The files of a case that this person may read; that they see the names of those that others may not is told."""
    found = _files(instance_id, current_user.may("officer"))
    for each in found:
        _tell_of(each)
    return found


def _files(instance_id: int, officer: bool) -> list[AttachmentRow]:
    return queries.attachments(db.session(), instance_id, current_user.scope, officer, _has_opened)


def file(file_id: int) -> AttachmentRow:
    """One of them, which this person sees. Raises FileNotFound, for one that is confidential to others too."""
    found = queries.attachment(db.session(), file_id, current_user.scope, current_user.may("officer"), _has_opened)
    _tell_of(found)
    return found


def _tell_of(row: AttachmentRow) -> None:
    if row.roles and row.by != current_user.username:
        witness.note([f"file {row.id}"], row.instance_id)


def _has_opened(row: AttachmentRow) -> bool:
    """Whether what a file was kept until has come in its case; what cannot be said leaves it kept."""
    with suppress(PathwaysError):
        return timed_feel().evaluate(row.until, _variables(row.instance_id)) is True
    return False


def questions_of_files(detail: TaskDetail) -> list[Component]:
    """What a file of a task may belong to: its questions for files, and those that are kept to certain roles now."""
    fields = form_in(detail.form, detail.row.instance_id).fields if detail.form else ()
    return [each for each in fields if (each.kept or each.kind == "filepicker") and each.readonly is not True]


def files_by_question(detail: TaskDetail) -> dict[str, list[str]]:
    """The names of the files of a task by the question that they answer, the first that was added first."""
    found: dict[str, list[str]] = {}
    for each in reversed(_files(detail.row.instance_id, current_user.may("officer"))):
        if each.task_id == detail.row.id and each.question and each.removed is None:
            found.setdefault(each.question, []).append(each.name)
    return found


def _shown(detail: TaskDetail) -> list[Component]:
    """The questions of a task's form of which the page shows an answer that there is."""
    fields = form_in(detail.form, detail.row.instance_id).fields if detail.form else ()
    return [each for each in fields if each.readonly or detail.variables.get(each.key) is not None]


def readable(detail: TaskDetail, conditions: Collection[str]) -> str:
    """The variables, as JSON, that a page's script needs for these conditions: only what they name and this person may
    read."""
    named = {key for key in detail.variables if any(mentions(each, {key}) for each in conditions)}
    if not named:
        return json.dumps({})
    forms, school = _forms(detail.row.instance_id)
    seen = named - unseen_in(forms, school, detail.row.instance_id)
    witness.note(seen & kept_in(forms))
    return json.dumps({key: _for_script(value) for key, value in detail.variables.items() if key in seen})


def _for_script(value: Any) -> Any:
    """A value as FEEL in the browser takes it; null for one that it cannot hold, as on the server."""
    try:
        return to_feel(value)
    except NoFeelValue:
        return None
