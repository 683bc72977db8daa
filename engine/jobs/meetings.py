"""Invitations to meetings, as calendar programs read them (iCalendar, RFC 5545; how they are sent: iTIP, RFC 5546).

A notification of a diagram may name a meeting. What was told of it last is in the notices of its case: an invitation to a
meeting of the same name that is still to come moves it, with the same UID and the next SEQUENCE, so that the entry in a
calendar moves too. Hours are written in UTC, which needs no description of a time zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar.hours import hour_of
from engine.calendar.rhythms import said
from engine.calendar.timers import ZONE
from engine.steps import Meeting
from engine.steps import Notification as Told
from engine.store.tables import Notification, ProcessInstance, School

#: How long a meeting is taken to last: nobody says it beforehand.
LASTS = timedelta(hours=1)
#: How calendar programs take what they get (RFC 5546, 3.2): an invitation by mail, its end, and what somebody downloads.
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


@dataclass(frozen=True)
class Invitation:
    """A meeting with its place among what was told of it, and the school that it is about; stored with the notice."""

    uid: str
    sequence: int
    name: str
    school: str
    day: date
    hour: str = ""
    place: str = ""
    called_off: bool = False

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Invitation:
        """As it stands with a notice, or in a mail."""
        return cls(**stored)

    @property
    def title(self) -> str:
        """What a calendar shows: which meeting, about which school."""
        return ", ".join(filter(None, (self.name, self.school)))

    @property
    def when(self) -> str:
        """Its day, and its hour as it was written, in words."""
        return said(self.day) + (f", {self.hour}" if self.hour else "")


def invite(session: Session, instance: ProcessInstance, meeting: Meeting, now: datetime) -> dict[str, Any]:
    """The invitation to a meeting, as it is stored: the next one to the same meeting, or the first to a new one."""
    last = {each.name: each for each in told(session, instance.id)}.get(meeting.name)
    over = last is not None and last.day < now.astimezone(ZONE).date() and not meeting.moves
    if last is not None and (last.called_off or over):
        last = None  # this is the next one
    uid, sequence = (last.uid, last.sequence + 1) if last else (f"{uuid4().hex}@pathways", 0)
    place = meeting.place or (last.place if last else "")
    return asdict(
        Invitation(
            uid,
            sequence,
            meeting.name,
            _school(session, instance),
            meeting.day,
            meeting.hour,
            place,
            meeting.called_off,
        )
    )


def told(session: Session, instance_id: int) -> list[Invitation]:
    """What was told of the meetings of a case, in the order in which it was told."""
    chosen = select(Notification.meeting).where(
        Notification.instance_id == instance_id, Notification.meeting.is_not(None)
    )
    return [Invitation.of(each) for each in session.scalars(chosen.order_by(Notification.id)) if each]


def over(session: Session, instance: ProcessInstance, now: datetime) -> list[Told]:
    """What is told when a case ends: its meetings after today are called off, to those who were invited."""
    found: dict[str, list[Notification]] = {}
    chosen = select(Notification).where(Notification.instance_id == instance.id, Notification.meeting.is_not(None))
    for row in session.scalars(chosen.order_by(Notification.id)):
        found.setdefault(Invitation.of(row.meeting or {}).uid, []).append(row)
    live = [(Invitation.of(rows[-1].meeting or {}), rows) for rows in found.values()]
    return [
        _called_off(instance, last, rows)
        for last, rows in live
        if not last.called_off and last.day > now.astimezone(ZONE).date()
    ]


def _called_off(instance: ProcessInstance, last: Invitation, rows: Iterable[Notification]) -> Told:
    roles = {row.role: row.element for row in rows if row.role}
    text = f"The case has ended, so the meeting of {last.when} does not take place."
    meeting = Meeting(last.name, last.day, last.hour, last.place, called_off=True)
    element = next(iter(roles.values()), "")
    return Told(instance.process, element, tuple(roles), f"Does not take place: {last.title}", text, meeting)


def _school(session: Session, instance: ProcessInstance) -> str:
    if instance.school_urn is None:
        return ""
    ours = School.authority == instance.authority, School.urn == instance.school_urn
    return session.scalar(select(School.name).where(*ours)) or ""


def calendar(invitation: Invitation, made: datetime, method: str = PUBLISH, organiser: str = "", to: str = "") -> bytes:
    """An invitation as a file of a calendar."""
    found = Calendar()
    found.add("prodid", "-//Pathways//EN")
    found.add("version", "2.0")
    found.add("method", CANCEL if method == REQUEST and invitation.called_off else method)
    one = event(invitation, made)
    if organiser:
        one.add("organizer", f"mailto:{organiser}")
    if to:
        one.add("attendee", f"mailto:{to}", parameters={"RSVP": "FALSE", "PARTSTAT": "NEEDS-ACTION"})
    found.add_component(one)
    return bytes(found.to_ical())


def event(invitation: Invitation, made: datetime) -> Event:
    """The entry of a calendar."""
    one, hour = Event(), hour_of(invitation.hour)
    one.add("uid", invitation.uid)
    one.add("sequence", invitation.sequence)
    one.add("dtstamp", made.astimezone(UTC))
    one.add("summary", invitation.title)
    one.add("status", "CANCELLED" if invitation.called_off else "CONFIRMED")
    if invitation.place:
        one.add("location", invitation.place)
    if hour is None:
        one.add("dtstart", invitation.day)
        one.add("dtend", invitation.day + timedelta(days=1))
        if invitation.hour:
            one.add("description", invitation.hour)
    else:
        begins = datetime.combine(invitation.day, hour, ZONE).astimezone(UTC)
        one.add("dtstart", begins)
        one.add("dtend", begins + LASTS)
    return one


def newest(invitations: Iterable[Invitation]) -> list[Invitation]:
    """Each meeting once, as it was told of last."""
    found: dict[str, Invitation] = {}
    for each in invitations:
        if each.uid not in found or found[each.uid].sequence <= each.sequence:
            found[each.uid] = each
    return list(found.values())
