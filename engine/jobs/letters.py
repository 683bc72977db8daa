"""What mails say: what, for which school, by when, who asks and where; never what somebody answered or a notice's own text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.calendar.rhythms import said
from engine.calendar.timers import ZONE
from engine.jobs.meetings import Invitation
from engine.queries.tasks import TaskRow

#: How many tasks one mail lists.
MOST = 50


@dataclass(frozen=True)
class Sender:
    """Who asks, and where: the authority's name, its roles' names by their ids, and the address of the application."""

    name: str
    roles: Mapping[str, str]
    address: str

    def link(self, path: str) -> str:
        """An address to follow."""
        return f"{self.address}/{path}"


@dataclass(frozen=True)
class Part:
    """A heading of a letter, and the tasks below it."""

    heading: str
    tasks: Sequence[TaskRow]


def of_tasks(
    sender: Sender, name: str, parts: Iterable[Part], notices: int = 0, meetings: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """A letter to somebody about tasks, how many notices they have not read, and the meetings to which these invite; its subject
    and text, and the meetings."""
    parts = [part for part in parts if part.tasks]
    lines = [f"{name},", "", f"{sender.name} asks you:", *(line for part in parts for line in _part(sender, part))]
    lines += [line for each in meetings for line in ("", *_meeting(each))]
    if notices:
        lines += ["", f"You have {notices} new {'notice' if notices == 1 else 'notices'}: {sender.link('notices')}"]
    letter = {"subject": _subject(parts, notices), "text": "\n".join([*lines, *_foot(sender)])}
    return letter | ({"meetings": list(meetings)} if meetings else {})


def _part(sender: Sender, part: Part) -> Iterable[str]:
    yield from ("", f"{part.heading}:", *(line for row in part.tasks[:MOST] for line in _task(sender, row)))
    if len(part.tasks) > MOST:
        yield from ("", f"and {len(part.tasks) - MOST} more, among your tasks.")


def of_notice(sender: Sender, name: str, subject: str, invited: dict[str, Any] | None = None) -> dict[str, Any]:
    """A letter that says that there is a notice, and to which meeting it invites; what it says is read in Pathways."""
    lines = [f"{name},", "", f"{sender.name} tells you: {subject}", ""]
    if invited:
        lines += [*_meeting(invited), ""]
    lines += [f"Read it here: {sender.link('notices')}"]
    letter = {"subject": subject, "text": "\n".join([*lines, *_foot(sender)])}
    return letter | ({"meetings": [invited]} if invited else {})


def _meeting(invited: Mapping[str, Any]) -> Iterable[str]:
    meeting = Invitation.of(dict(invited))
    yield meeting.title
    yield f"  {'It does not take place on' if meeting.called_off else 'On'} {meeting.when}"
    if meeting.place and not meeting.called_off:
        yield f"  At: {meeting.place}"


def of_link(authority: str, sender: str, role: str, row: TaskRow, address: str) -> dict[str, str]:
    """A letter with a link to one task: what, for whom, by when, from whom."""
    about = f" for {row.school_name}" if row.school_name else ""
    lines = [f"{authority} asks you, as {role}{about}, for:", "", f"- {row.name}", f"  {_by(row.due)}", ""]
    lines += [
        f"{sender} sends you this link. It opens this one task, once you have entered a code that comes to this address:"
    ]
    lines += [address, "", "It ends when the task is done. If you did not expect it, do not open it, and tell us.", ""]
    return {"subject": ", ".join(filter(None, (row.name, row.school_name))), "text": "\n".join(lines)}


def of_code(authority: str, code: str, good: timedelta) -> dict[str, str]:
    """A letter with the code that confirms an address."""
    lasts = f"It is good for {int(good.total_seconds() // 60)} minutes. {authority} never asks you for it by telephone."
    return {"subject": f"Your code: {code}", "text": f"Your code for the task is {code}.\n\n{lasts}\n"}


def _subject(parts: Sequence[Part], notices: int) -> str:
    if len(parts) == 1 and len(parts[0].tasks) == 1:
        [row] = parts[0].tasks
        return ", ".join(filter(None, (f"{parts[0].heading}: {row.name}", row.school_name)))
    counted = [f"{part.heading} ({len(part.tasks)})" for part in parts]
    return ", ".join(counted) or f"New notices ({notices})"


def _task(sender: Sender, row: TaskRow) -> Iterable[str]:
    about = ", ".join(filter(None, (row.school_name, row.process_name)))
    asked = " or ".join(sender.roles[role] for role in row.roles if role in sender.roles)
    yield f"- {row.name}"
    yield f"  {about}"
    yield f"  {_by(row.due)}"
    if asked:
        yield f"  For: {asked}"
    yield f"  {sender.link(f'tasks/{row.id}')}"


def _by(due: datetime | None) -> str:
    return f"By {said(due.astimezone(ZONE).date())}" if due else "No date"


def _foot(sender: Sender) -> list[str]:
    return ["", f"How often you are told: {sender.link('told')}", ""]
