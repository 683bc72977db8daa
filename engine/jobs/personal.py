"""What concerns somebody and no case: who covers for them, what they or others may do now. In Pathways, and by mail at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine.jobs import letters, outbox
from engine.jobs.post import Post
from engine.people.directory import Member
from engine.store.tables import Notification, Outbox


def tell(
    session: Session,
    authority: str,
    members: Iterable[Member],
    said: tuple[str, str],
    now: datetime,
    post: Post | None = None,
) -> None:
    """Write what each of these people is told (``said``: subject and text), and a mail to whoever has an address, where there is
    a post. The mail says no more than the subject."""
    subject, text = said
    for each in {member.username: member for member in members}.values():
        occasion = f"p-{uuid4().hex}"
        made = {"authority": authority, "role": "", "username": each.username, "element": "", "created": now}
        session.add(Notification(**made, kind="", occasion=occasion, subject=subject, text=text))
        if post is not None and each.email:
            letter = {"to": each.email, **letters.of_notice(post.sender, each.name, subject)}
            session.execute(insert(Outbox), [outbox.mail_row(authority, None, occasion, letter, now)])
