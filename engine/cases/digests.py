"""One mail a day or a week to whoever wants it so: what is new among their tasks, what falls due, what is late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import queries
from engine.calendar.terms import SchoolCalendar
from engine.calendar.timers import ZONE, fires_on
from engine.cases import hands
from engine.cases.stepping import World, post
from engine.jobs import letters, outbox
from engine.jobs.letters import Part
from engine.jobs.meetings import Invitation
from engine.jobs.post import DAILY, WEEKLY, with_how
from engine.people.directory import Member
from engine.queries.inbox import InboxFilters
from engine.queries.notices import NotificationRow
from engine.queries.tasks import TaskRow
from engine.store.tables import Outbox, Reader
from engine.store.tenancy import Scope

#: How far ahead a digest looks, and how far back the first one.
AHEAD, BACK = timedelta(days=7), {DAILY: timedelta(days=1), WEEKLY: timedelta(days=7)}
#: How many of a person's tasks are looked at.
LOOKED_AT = 200


def mornings(world: World) -> dict[str, datetime]:
    """By authority, the moment of today at which digests are written, where it is a working day and has come."""
    found = {}
    now = world.clock.now()
    for authority in world.config.authorities if world.config.mails else ():
        calendar = world.calendars(authority, None)
        today = now.astimezone(ZONE).date()
        morning = fires_on(today, calendar)
        if calendar.is_working_day(today) and morning <= now:
            found[authority] = morning
    return found


def waiting(session: Session, world: World, authority: str, morning: datetime) -> list[tuple[Scope, Member]]:
    """Who is told once a day, or once a week on its first working day, and has not been since this morning."""
    people = hands.people(session, world, authority)
    ways = (DAILY, WEEKLY) if _begins_the_week(morning, world.calendars(authority, None)) else (DAILY,)
    members = [each for each in people.members.values() if each.email]
    chosen = select(Reader.username).where(Reader.authority == authority, Reader.digest >= morning)
    done = set(session.scalars(chosen))
    found = with_how(session, people.home, members)
    return [
        (people.scope(each.member.username), each.member)
        for each in found
        if each.how in ways and each.member.username not in done
    ]


def _begins_the_week(morning: datetime, calendar: SchoolCalendar) -> bool:
    today = morning.astimezone(ZONE).date()
    earlier = (today - timedelta(days=back) for back in range(1, today.weekday() + 1))
    return not any(calendar.is_working_day(day) for day in earlier)


def write(session: Session, world: World, member: Member, scope: Scope, morning: datetime) -> None:
    """Write a person's mail, if there is anything in it. ``session`` sees what the person sees."""
    to = post(world, scope.authority)
    if to is None:
        return
    [found] = with_how(session, to.home, [member])
    reader = _reader(session, scope)
    since = reader.digest or morning - BACK.get(found.how, BACK[DAILY])
    now = world.clock.now()
    parts = _parts(queries.inbox(session, scope, InboxFilters(at=now), per_page=LOOKED_AT).items, since, now)
    told = queries.notices(session, scope, unread=True, since=since, per_page=LOOKED_AT)
    if parts or told.total:
        letter = letters.of_tasks(to.sender, member.name, parts, told.total, _meetings(told.items, now))
        key = f"digest-{morning:%Y%m%d}-{outbox.digest_of(f'{scope.authority} {scope.username}')}"
        row = outbox.mail_row(scope.authority, None, key, {"to": member.email, **letter}, now)
        session.execute(insert(Outbox), [row])
    reader.digest = now


def _meetings(rows: Iterable[NotificationRow], now: datetime) -> list[Mapping[str, Any]]:
    """What was told last of each meeting that is still to come, the newest notice being the first; by day."""
    last: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        if row.meeting:
            last.setdefault(row.meeting["uid"], row.meeting)
    today = now.astimezone(ZONE).date()
    to_come = [each for each in last.values() if Invitation.of(dict(each)).day >= today]
    return sorted(to_come, key=lambda each: Invitation.of(dict(each)).day)


def _reader(session: Session, scope: Scope) -> Reader:
    mine = select(Reader).where(Reader.authority == scope.authority, Reader.username == scope.username)
    found = session.scalar(mine)
    if found is None:
        found = Reader(authority=scope.authority, username=scope.username, read_to=0, late_to=0, tasks_to=0, how="")
        session.add(found)
    return found


def _parts(rows: tuple[TaskRow, ...], since: datetime, now: datetime) -> list[Part]:
    """What has become late since the last mail, what will be due soon since then, and what is new: each task once."""
    parts: dict[str, list[TaskRow]] = {"Late": [], "New": [], "Due within a week": []}
    for row in rows:
        heading = _heading(row, since, now)
        if heading:
            parts[heading].append(row)
    return [Part(heading, tasks) for heading, tasks in parts.items() if tasks]


def _heading(row: TaskRow, since: datetime, now: datetime) -> str:
    if _comes(row.due, since, now):
        return "Late"
    if row.created >= since:
        return "New"
    return "Due within a week" if _comes(row.due, since + AHEAD, now + AHEAD) else ""


def _comes(due: datetime | None, since: datetime, until: datetime) -> bool:
    """Whether a date lies after one moment and not after another."""
    return due is not None and since < due <= until
