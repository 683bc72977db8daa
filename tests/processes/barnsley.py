"""What Barnsley's stories ask of a case beside its tasks."""

from __future__ import annotations

from sqlalchemy import select

from engine.store.tables import Notification
from tests.processes.story import Story


def told(story: Story, role: str, subject: str) -> str:
    """What the newest notification whose subject begins so said to a role."""
    with story.engine.reading() as session:
        sent = select(Notification.text).where(
            Notification.instance_id == story.case, Notification.role == role, Notification.subject.startswith(subject)
        )
        said = session.scalar(sent.order_by(Notification.id.desc()))
    assert said is not None, f"{role} was not told “{subject}”; these were told: {story.told}"
    return said
