"""What Barnsley's stories ask of a case beside its tasks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine import queries
from engine.store.tables import Notification
from tests.processes.story import Story

LONDON = ZoneInfo("Europe/London")


def told(story: Story, role: str, subject: str) -> str:
    """What the newest notification whose subject begins so said to a role."""
    with story.engine.reading() as session:
        sent = select(Notification.text).where(
            Notification.instance_id == story.case, Notification.role == role, Notification.subject.startswith(subject)
        )
        said = session.scalar(sent.order_by(Notification.id.desc()))
    assert said is not None, f"{role} was not told “{subject}”; these were told: {story.told}"
    return said


def known(story: Story, element: str) -> dict[str, Any]:
    """What the form of an open task knows: the variables where it stands, in a called process too."""
    task = next(task for task in story.engine.tasks.open(story.case) if task.element == element)
    with story.engine.reading() as session:
        return dict(queries.task(session, task.id).variables)


def due(story: Story, element: str) -> date:
    """The day on which an open task is due, in London."""
    at = _due(story, element)
    return at.astimezone(LONDON).date()


def on_its_date(story: Story, role: str, element: str, **answers: Any) -> Story:
    """Complete a task when it falls due, and not before."""
    story.clock.set(max(story.clock.now(), _due(story, element)))
    return story.do(role, element, **answers)


def _due(story: Story, element: str) -> datetime:
    waits = {task.element: task.due for task in story.engine.tasks.open(story.case)}
    assert element in waits, f"{element} does not wait; {sorted(waits)} do"
    at = waits[element]
    assert at is not None, f"{element} has no due date"
    return at
