"""Check your answers: once more, with what follows from them, before something goes out, is decided or cannot be taken back.

The GOV.UK pattern. The answers are saved as a draft meanwhile, so that a change link leads to the form as it was filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask_login import current_user

from engine import Following
from engine.queries import TaskDetail
from webapp.current import the_engine
from webapp.forms import drafts
from webapp.forms.answers import answers
from webapp.forms.submission import Asked
from webapp.people import names

#: What the page's own button sends.
CHECKED = "checked"


def following(detail: TaskDetail, values: Mapping[str, Any]) -> Following | None:
    """What follows, where the answers to a task are to be checked before they count; None where they are not.

    The diagram says so (property ``checkAnswers``); where it says nothing, what follows decides.
    """
    said = detail.info.said("check")
    if CHECKED in request.form or said == "false":
        return None
    found = the_engine().tasks.foresee(detail.row.id, values, current_user.scope)
    return found if found and (said == "true" or found.weighs(names.contacts())) else None


def page(detail: TaskDetail, asked: Asked, values: Mapping[str, Any], found: Following, recorded: bool = False) -> str:
    """The page; ``recorded`` for an answer that is recorded for somebody else."""
    asked.keep()
    me = current_user.username
    return render_template(
        "tasks/check.html",
        detail=detail,
        given=answers(asked.form, values, asked.roles, me, me) if asked.form else [],
        found=found,
        address=asked.action,
        recorded=recorded,
        sent=[
            *drafts.sent(),
            *((name, request.form[name]) for name in ("then", "writer", "titled") if name in request.form),
        ],
    )
