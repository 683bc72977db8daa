"""What this person may not read of a case: answers that a form keeps to certain roles."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from flask_login import current_user

from engine import queries
from engine.feel import Feel, to_feel
from engine.feel.values import NoFeelValue
from engine.forms import AtTime, load_form, mentions
from engine.queries import TaskDetail
from webapp.current import now, the_engine
from webapp.db import db


def timed_feel(school: str | None = None) -> AtTime:
    """FEEL whose today() is the engine's (the sample clock may have been moved), with a school's calendar (by its URN)."""
    moment: datetime = now()
    return AtTime(Feel.shared(), moment, the_engine().calendars.of(current_user.authority, school).why_closed)


def unseen(instance_id: int) -> set[str]:
    """The variables that some form of the case's processes keeps from the roles that this person has for its school."""
    session = db.session()
    case = queries.instance(session, instance_id)
    return unseen_in(queries.forms_of(session, case.definition_id), case.school_urn)


def unseen_in(forms: Iterable[bytes], school: str | None) -> set[str]:
    """The variables that some of these forms keeps from the roles that this person has for a school."""
    held = current_user.scope.roles_at(school)
    kept: dict[str, bool] = {}
    for content in forms:
        for key, roles in load_form(content).confidential().items():
            kept[key] = kept.get(key, False) or bool(roles & held)
    return {key for key, may_see in kept.items() if not may_see}


def readable(detail: TaskDetail, conditions: Collection[str]) -> str:
    """The variables, as JSON, that a page's script needs for these conditions: only what they name and this person may
    read."""
    named = (key for key in detail.variables if any(mentions(each, {key}) for each in conditions))
    hidden = unseen(detail.row.instance_id) if conditions else set()
    return json.dumps({key: _for_script(detail.variables[key]) for key in named if key not in hidden})


def _for_script(value: Any) -> Any:
    """A value as FEEL in the browser takes it; null for one that it cannot hold, as on the server."""
    try:
        return to_feel(value)
    except NoFeelValue:
        return None
