"""Mail about tasks to those who want to be told at once: what is new, and what falls due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine.jobs import letters, outbox
from engine.jobs.letters import Part
from engine.jobs.post import ONCE, Post, Recipient, mailboxes, reach, recipients
from engine.people.conflicts import barred, unread_by
from engine.queries.tasks import TaskRow
from engine.store.tables import Outbox

#: Whom a task asks: roles, school, who has it, and who is barred from its case.
_Asked = tuple[tuple[str, ...], str | None, str | None, frozenset[str]]


def tell(
    session: Session, post: Post, rows: Sequence[TaskRow], heading: tuple[str, str], now: datetime, key: str
) -> None:
    """One mail to each person to whom any of these tasks of one authority is open, with all that are.

    ``heading`` is what it says of one task, and of several. That nobody of a role has an address is noted
    (:func:`engine.jobs.post.reach`).
    """
    theirs: dict[str, tuple[Recipient, list[TaskRow]]] = {}
    for row, found in _found(session, post, rows, now):
        for each in found:
            theirs.setdefault(each.member.email, (each, []))[1].append(row)
    mails = [
        outbox.mail_row(
            post.home.id,
            None if len(tasks) > 1 else tasks[0].instance_id,
            f"{key}-{rows[0].id}-{number}",
            {"to": email, **letters.of_tasks(post.sender, each.member.name, [Part(heading[len(tasks) > 1], tasks)])},
            now,
        )
        for number, (email, (each, tasks)) in enumerate(theirs.items())
    ]
    if mails:
        session.execute(insert(Outbox), mails)


def _found(
    session: Session, post: Post, rows: Sequence[TaskRow], now: datetime
) -> list[tuple[TaskRow, list[Recipient]]]:
    """Whom each task is told at once."""
    people = post.people(session, now)
    out = barred(session, {row.instance_id for row in rows})
    known: dict[_Asked, list[Recipient]] = {}
    told = []
    for row in rows:
        asked = (row.roles, row.school_urn, row.assignee, out.get(row.instance_id, frozenset()))
        if asked not in known:
            found = recipients(session, people, *asked)
            if row.roles and not row.assignee:
                boxes = mailboxes(post.home, unread_by(people, row.roles, asked[3]))
                reached = [*boxes, *(each.member.email for each in found)]
                reach(session, post.home, row.roles, row.school_urn, reached, now)
            known[asked] = [each for each in found if each.member.email and each.how == ONCE]
        told.append((row, known[asked]))
    return told
