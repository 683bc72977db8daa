"""Ended cases go into the archive, and onto the list of what is due for deletion, by their council's retention schedule.

In the archive a case is in no list, is found by a search of the archive, and can be read and not changed. A case in which
something failed and waits for a manager stays where it is seen; so does one on which a legal hold rests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, load_only

from engine.calendar.rhythms import add_months
from engine.calendar.timers import ZONE
from engine.forms import load_form
from engine.people.register import day_of
from engine.people.retention import NOTHING_SAID, Retention, Rule
from engine.queries.common import Elements
from engine.queries.contents import contents, says
from engine.queries.definitions import forms_of
from engine.queries.retention import not_held, people_held
from engine.store.tables import (
    UNDELIVERED,
    ArchivedText,
    Attachment,
    Comment,
    Disposal,
    History,
    Incident,
    Message,
    ProcessDefinition,
    ProcessInstance,
    UserTask,
)

if TYPE_CHECKING:
    from engine.cases.stepping import World

#: How many cases that may go into the archive are looked at in one transaction.
LOOKED_AT = 2_000
_WORD = re.compile(r"\w+")
#: What the archive is searched by of one case, at most.
MOST_WORDS = 50_000


def last_end(today: date, months: int) -> date:
    """The last day on which a case may have ended so many months ago: 28, 29 and 30 November all come to the end of February."""
    day = add_months(today, -months)
    while add_months(day + timedelta(days=1), months) <= today:
        day += timedelta(days=1)
    return day


def ended_by(today: date, months: int) -> datetime:
    """The moment before which such a case ended."""
    return datetime.combine(last_end(today, months) + timedelta(days=1), time(), ZONE)


def archive(session: Session, world: World, authority: str, limit: int) -> int:
    """Put cases of an authority into the archive that are due for it; how many, at most ``limit``."""
    done, people = 0, people_held(session, authority)
    for each in _due_for_archive(session, world, authority):
        if done == limit:
            break
        if people and _names(session, each, people):
            continue
        case = session.get_one(ProcessInstance, each, with_for_update={"of": ProcessInstance}, populate_existing=True)
        if case.archived is None:
            case.archived = world.clock.now()
            session.add(ArchivedText(authority=authority, instance_id=each, words=_words(session, case)))
            done += 1
    return done


def _due_for_archive(session: Session, world: World, authority: str) -> Iterator[int]:
    """The ids of cases that may go, the earliest ended first."""
    waits = exists().where(Incident.instance_id == ProcessInstance.id, Incident.resolved.is_(None))
    lost = exists().where(Message.source_id == ProcessInstance.id, Message.status == UNDELIVERED)
    here = (
        ProcessInstance.authority == authority,
        ProcessInstance.ended.is_not(None),
        ProcessInstance.archived.is_(None),
    )
    for process, rule in _rules(session, world, authority, here):
        cut = ended_by(day_of(world.clock.now()), rule.archive)
        chosen = select(ProcessInstance.id).where(
            *here, ProcessInstance.process == process, ProcessInstance.ended < cut
        )
        chosen = chosen.where(~waits, ~lost, not_held()).order_by(ProcessInstance.ended).limit(LOOKED_AT)
        yield from session.scalars(chosen).all()


def _rules(session: Session, world: World, authority: str, where: Iterable[Any]) -> list[tuple[str, Rule]]:
    """The rule of each process that has such cases."""
    kept = schedule(world, authority)
    found = session.scalars(select(ProcessInstance.process).where(*where).distinct())
    return [(process, kept.of(process)) for process in sorted(found)]


def schedule(world: World, authority: str) -> Retention:
    """The retention schedule of an authority."""
    home = world.config.authorities.get(authority)
    return home.retention if home else NOTHING_SAID


def _names(session: Session, instance_id: int, people: Iterable[str]) -> bool:
    found = contents(session, instance_id)
    return any(says(found, each) for each in people)


# -- what the archive is searched by ----------------------------------------------------------------------------------


def _words(session: Session, case: ProcessInstance) -> str:
    """The words of what a case says to everybody who sees it: answers, notes, comments, names of files and of steps."""
    secret = frozenset(key for form in forms_of(session, case.definition_id) for key in load_form(form).confidential())
    said = [case.business_key, case.reason or "", *_story(session, case, secret), *_beside(session, case.id)]
    words = dict.fromkeys(word.casefold() for text in said for word in _WORD.findall(text))
    return f" {' '.join(words)}"[:MOST_WORDS]


def _story(session: Session, case: ProcessInstance, secret: frozenset[str]) -> Iterator[str]:
    begun = select(History.detail).where(History.instance_id == case.id, History.how == "started")
    for detail in session.scalars(begun):
        yield from _open_texts((detail or {}).get("given") or {}, secret)
    columns = UserTask.definition_id, UserTask.element, UserTask.values, UserTask.note
    tasks = session.execute(select(*columns).where(UserTask.instance_id == case.id)).all()
    elements = Elements(session, {each.definition_id for each in tasks})
    for each in tasks:
        yield elements.info(each.definition_id, each.element).name
        yield each.note or ""
        yield from _open_texts(each.values or {}, secret)


def _open_texts(values: Mapping[str, Any], secret: frozenset[str]) -> Iterator[str]:
    for name, value in values.items():
        if name not in secret:
            yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (text for each in value.values() for text in _texts(each))
    elif isinstance(value, list):
        yield from (text for each in value for text in _texts(each))
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _beside(session: Session, instance_id: int) -> Iterator[str]:
    yield from session.scalars(select(Comment.text).where(Comment.instance_id == instance_id))
    files = select(Attachment.name, Attachment.roles).where(
        Attachment.instance_id == instance_id, Attachment.removed.is_(None)
    )
    yield from (name for name, roles in session.execute(files) if not roles)


# -- what is due for deletion -----------------------------------------------------------------------------------------


def list_due(session: Session, world: World, authority: str, limit: int) -> int:
    """Put archived cases that are due for deletion on the list for a decision, and again those that were kept back until
    today; how many, at most ``limit``. What is under a legal hold comes onto it when that is lifted."""
    today, done = day_of(world.clock.now()), _again(session, authority, day_of(world.clock.now()), world.clock.now())
    here = ProcessInstance.authority == authority, ProcessInstance.archived.is_not(None)
    people = people_held(session, authority)
    for process, rule in _rules(session, world, authority, here):
        if rule.delete is None:
            continue
        for case in _due(session, here, process, ended_by(today, rule.delete), limit - done):
            if not (people and _names(session, case.id, people)):
                session.add(_proposed(session, case, rule, world.clock.now()))
                done += 1
    return done


def _due(session: Session, here: Iterable[Any], process: str, cut: datetime, limit: int) -> list[ProcessInstance]:
    listed = exists().where(Disposal.instance_id == ProcessInstance.id)
    light = load_only(
        ProcessInstance.authority,
        ProcessInstance.definition_id,
        ProcessInstance.process,
        ProcessInstance.school_urn,
        ProcessInstance.started,
        ProcessInstance.ended,
    )
    chosen = select(ProcessInstance).where(*here, ProcessInstance.process == process, ProcessInstance.ended < cut)
    chosen = chosen.where(~listed, not_held()).order_by(ProcessInstance.ended).limit(max(limit, 0))
    return list(session.scalars(chosen.options(light)))


def _again(session: Session, authority: str, today: date, now: datetime) -> int:
    """Ask once more about what was kept back until a day that has come."""
    kept = select(Disposal).where(Disposal.authority == authority, Disposal.status == "kept", Disposal.again <= today)
    found = session.scalars(kept).all()
    for each in found:
        each.status, each.listed, each.listed_by = "waiting", now, ""
        each.decided, each.decided_by, each.again = None, None, None
    return len(found)


def _proposed(session: Session, case: ProcessInstance, rule: Rule, now: datetime) -> Disposal:
    definition = session.get_one(ProcessDefinition, case.definition_id)
    assert case.ended is not None
    due = rule.due_on(day_of(case.ended))
    assert due is not None
    return Disposal(
        authority=case.authority,
        instance_id=case.id,
        process=case.process,
        process_name=definition.name,
        version=definition.version,
        school_urn=case.school_urn,
        started=case.started,
        ended=case.ended,
        due=due,
        rule=f"{rule.kept} ({rule.why})",
        status="waiting",
        listed=now,
        listed_by="",
        files=[],
    )
