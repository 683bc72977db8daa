"""What this person may not read of a case: answers that a form keeps to certain roles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask_login import current_user

from engine import queries
from engine.feel import Feel
from engine.forms import AtTime, load_form
from engine.queries import TaskDetail
from webapp.current import now
from webapp.db import db


def timed_feel() -> AtTime:
    """FEEL whose today() is the engine's: the sample clock may have been moved."""
    moment: datetime = now()
    return AtTime(Feel.shared(), moment)


def unseen(instance_id: int) -> set[str]:
    """The variables that some form of the case's processes keeps from this person's roles."""
    session = db.session()
    definition_id = queries.instance(session, instance_id).definition_id
    kept: dict[str, bool] = {}
    for content in queries.forms_of(session, definition_id):
        for key, roles in load_form(content).confidential().items():
            kept[key] = kept.get(key, False) or bool(roles & current_user.scope.roles)
    return {key for key, may_see in kept.items() if not may_see}


def readable(detail: TaskDetail) -> str:
    """What the browser needs of the case to look at the form's conditions: only what they name and this person may read."""
    conditions = " ".join(_conditions(json.loads(detail.form))) if detail.form else ""
    hidden = unseen(detail.row.instance_id)
    named = {key: value for key, value in detail.variables.items() if key in conditions and key not in hidden}
    return json.dumps(named, default=str)


def _conditions(part: Any) -> Iterator[str]:
    """The conditions anywhere in a form's JSON."""
    if isinstance(part, dict):
        yield str((part.get("conditional") or {}).get("hide", ""))
        for inner in part.get("components", []):
            yield from _conditions(inner)
