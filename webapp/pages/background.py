"""What an officer who decides needs to know, beside the question: the school, what the case has found, who else is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_login import current_user

from engine import queries
from engine.diagram import Branch
from engine.people.register import day_of
from engine.queries import (
    AttachmentRow,
    BeganRow,
    DecidedRow,
    FoundRow,
    HoldingRow,
    InstanceFilters,
    InstanceRow,
    MeetingRow,
    SchoolRow,
    TaskDetail,
    TaskRow,
    TimerRow,
)
from webapp.current import now
from webapp.db import db
from webapp.forms import confidential
from webapp.forms.answers import Answer, answers
from webapp.forms.confidential import form_in
from webapp.pages.school_people import EACH_SCHOOL
from webapp.people import names

#: How many other open cases of the school are named.
MOST_CASES = 5


@dataclass(frozen=True)
class About:
    """A school at a glance: who its people are, by role; its other open cases, its last meeting."""

    row: SchoolRow
    people: Mapping[str, Sequence[str]]
    cases: Sequence[InstanceRow]
    more_cases: bool
    meeting: MeetingRow | None


@dataclass(frozen=True)
class Found:
    """Something that was done in the case: what it recorded, as far as this person may read it, and the files added there.

    ``beside`` says that its answers stand beside the question already.
    """

    row: FoundRow
    given: Sequence[Answer]
    files: Sequence[AttachmentRow]
    beside: bool


@dataclass(frozen=True)
class Background:
    """All that stands beside the form of a task. ``rounds`` are the newest first, ``files`` those of no task in them."""

    about: About | None
    next: tuple[str, datetime, bool] | None
    """What falls due next in the case: its name, when, and whether that is estimated."""
    others: Sequence[TaskRow]
    rounds: Sequence[Sequence[Found]]
    began: tuple[BeganRow, Sequence[Answer]] | None
    files: Sequence[AttachmentRow]
    ways: Sequence[Branch]
    decided: Sequence[DecidedRow]


def of_task(detail: TaskDetail, beside: Collection[int]) -> Background | None:
    """For an officer, of an open task; ``beside`` are the tasks whose answers the page shows already."""
    row, session = detail.row, db.session()
    if row.status != "open" or not current_user.may("officer"):
        return None
    others = [each for each in queries.open_tasks(session, row.instance_id) if each.id != row.id]
    files = confidential.files(row.instance_id)
    rounds = _rounds(detail, files, beside)
    return Background(
        _about(row) if row.school_urn else None,
        _next(queries.timers(session, instance=row.instance_id, limit=1), others),
        others,
        rounds,
        _began(row),
        _of_no_round(files, rounds, row.id),
        queries.ways_on(session, detail.definition_id, row.element),
        queries.decided(session, row.instance_id),
    )


def _of_no_round(files: Sequence[AttachmentRow], rounds: Sequence[Sequence[Found]], task: int) -> list[AttachmentRow]:
    told = {task, *(each.row.task.id for one in rounds for each in one)}
    return [each for each in files if each.task_id not in told]


def _about(row: TaskRow) -> About:
    session, urn = db.session(), row.school_urn or ""
    open_cases = queries.instances(session, InstanceFilters(school=urn, status="active"), per_page=MOST_CASES + 1)
    return About(
        queries.school(session, urn),
        _people(queries.people_of_school(session, urn, day_of(now()))),
        [each for each in open_cases.items if each.id != row.instance_id][:MOST_CASES],
        open_cases.more,
        queries.last_meeting(session, urn),
    )


def _people(held: Sequence[HoldingRow]) -> dict[str, list[str]]:
    """The names of those whom each school should have, by role."""
    found: dict[str, list[str]] = {}
    for each in sorted(
        (each for each in held if each.role in EACH_SCHOOL), key=lambda row: EACH_SCHOOL.index(row.role)
    ):
        found.setdefault(names.roles_in_words([each.role]), []).append(each.name)
    return found


def _next(timers: Sequence[TimerRow], others: Sequence[TaskRow]) -> tuple[str, datetime, bool] | None:
    dated = [(each.name, each.due, each.estimated) for each in timers]
    dated += [(each.name, each.due, each.due_estimated) for each in others if each.due]
    return min((each for each in dated if each[1] >= now()), key=lambda each: each[1], default=None)


def _rounds(detail: TaskDetail, files: Sequence[AttachmentRow], beside: Collection[int]) -> list[list[Found]]:
    by_task: dict[int | None, list[AttachmentRow]] = {}
    for each in files:
        by_task.setdefault(each.task_id, []).append(each)
    return [
        [Found(each, _given(each), by_task.get(each.task.id, ()), each.task.id in beside) for each in one]
        for one in queries.rounds(db.session(), detail)
    ]


def _given(row: FoundRow) -> list[Answer]:
    if row.form is None:
        return []
    held = current_user.scope.reads_at(row.task.school_urn, row.task.instance_id)
    return answers(form_in(row.form, row.task.instance_id), row.values, held, row.by, current_user.username)


def _began(row: TaskRow) -> tuple[BeganRow, list[Answer]] | None:
    found = queries.began(db.session(), row.instance_id)
    if found is None:
        return None
    held = current_user.scope.reads_at(row.school_urn, row.instance_id)
    form = form_in(found.form, row.instance_id)
    return found, answers(form, found.values, held, found.by, current_user.username)
