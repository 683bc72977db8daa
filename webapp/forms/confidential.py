"""What this person may not read of a case: answers that a form keeps to certain roles."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import g
from flask_login import current_user

from engine import queries
from engine.feel import Feel, to_feel
from engine.feel.values import NoFeelValue
from engine.forms import AtTime, Component, Form, load_form, mentions
from engine.queries import TaskDetail
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


def unseen_in(forms: Iterable[bytes], school: str | None, instance_id: int | None = None) -> set[str]:
    """The variables that some of these forms keeps, in a case, from the roles that this person has for a school."""
    held = current_user.scope.reads_at(school)
    kept: dict[str, bool] = {}
    for content in forms:
        for key, roles in form_in(content, instance_id).confidential().items():
            kept[key] = kept.get(key, False) or bool(roles & held)
    return {key for key, may_see in kept.items() if not may_see}


def kept_in(forms: Iterable[bytes]) -> set[str]:
    """The variables that some of these forms keeps to certain roles."""
    return {key for content in forms for key in load_form(content).confidential()}


def kept_to(detail: TaskDetail, roles: Collection[str]) -> list[str]:
    """What a task's page shows that is kept to some of these roles: the labels of questions that have an answer or only show
    one, the names of files. What it asks is no part of it: it is asked of whoever may answer."""
    asked = [each.label for each in _shown(detail) if not set(roles).isdisjoint(each.confidential or ())]
    files = queries.attachments(db.session(), detail.row.instance_id, current_user.scope, officer=True)
    mine = (each for each in files if each.task_id == detail.row.id and each.removed is None)
    return asked + [f"the file {each.name}" for each in mine if not set(roles).isdisjoint(each.roles)]


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
