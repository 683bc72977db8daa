"""The archive: ended cases that are in no other list, searched; each is read as it always was, and nothing is added to it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_login import current_user

from engine import queries
from engine.people.retention import in_words
from engine.queries import InstanceFilters
from engine.queries.cases import ENDED
from webapp.db import db
from webapp.pages.cases import STATUSES
from webapp.pages.numbers import page_asked
from webapp.periods import Days

blueprint = Blueprint("archive", __name__)


@blueprint.get("/archive")
def index() -> tuple[str, int]:
    """The cases of the archive, those that ended last first."""
    days, session = Days.asked(request.args), db.session()
    filters = _filters(days)
    home = current_user.home
    shown = render_template(
        "retention/archive.html",
        page=page_asked(lambda number: queries.instances(session, filters, number, sort=ENDED)),
        filters=filters,
        days=days,
        statuses=STATUSES,
        usual=in_words(home.retention.usual.archive) if home else "",
        processes=[row for row in queries.definitions(session) if row.startable],
        schools=queries.schools(session),
        records=current_user.may("records"),
    )
    return shown, 400 if days.problem else 200


def _filters(days: Days) -> InstanceFilters:
    said = {name: request.args.get(name, "").strip() for name in ("search", "school", "process", "words")}
    return InstanceFilters(
        archive=True,
        text=said["search"],
        school=said["school"],
        process=said["process"],
        words=said["words"],
        ended_from=days.period.since,
        ended_before=days.period.until,
    )
