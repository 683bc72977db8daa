"""Comments of officers on a case or a task of it. Whoever is mentioned in one (@ and a name) is told of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine.cases import hands
from engine.cases.stepping import World, post
from engine.errors import CommentRefused, InstanceNotFound
from engine.jobs import letters, outbox
from engine.jobs.post import ONCE, with_how
from engine.people.directory import Member, People
from engine.queries.comments import LONGEST
from engine.queries.common import Elements
from engine.queries.retention import refuse_archived
from engine.spelling import near
from engine.store.tables import Comment, Outbox, ProcessInstance, School, UserTask
from engine.store.tenancy import Scope, acting, unconfined

#: Words of a name that nobody has, as far as they are looked at.
WORDS = 3
_AT = re.compile(r"(?<![\w.])@(?=\w)")


@dataclass(frozen=True)
class Said:
    """A comment as it is made: on a case, or on a task of it; ``tell`` are usernames to be told besides those it mentions."""

    instance: int
    text: str
    task: int | None = None
    tell: tuple[str, ...] = ()


def add(session: Session, world: World, said: Said, by: Scope) -> int:
    """Add a comment, and tell those whom it mentions; its id. ``session`` sees what the author sees.

    Raises InstanceNotFound, CaseArchived, and CommentRefused for a text that is empty or too long and for somebody who cannot be
    told.
    """
    instance = session.get(ProcessInstance, said.instance)
    task = session.get(UserTask, said.task) if said.task is not None else None
    elsewhere = said.task is not None and (task is None or task.instance_id != said.instance)
    if instance is None or by.confined is not None or elsewhere:
        raise InstanceNotFound(instance=said.instance)
    refuse_archived(session, said.instance)
    _check(said.text)
    with unconfined(session):
        people = hands.people(session, world, instance.authority)
        told = list(_told(people, said, by))
        for each in told:
            _check_sees(session, people, each, instance)
        return _written(session, world, (instance, task), said.text, told, by)


def _check(text: str) -> None:
    if not text.strip():
        raise CommentRefused(reason="it is empty")
    if len(text) > LONGEST:
        raise CommentRefused(reason=f"it has more than {LONGEST:,} characters")


def _told(people: People, said: Said, by: Scope) -> Iterator[Member]:
    """Those whom a comment mentions and those who are to be told besides, each once; not its author."""
    known = people.members
    if not known.keys() >= set(said.tell):
        raise CommentRefused(reason="whoever was to be told has no account here")
    found = [*mentioned(said.text, known.values()), *(known[each] for each in said.tell)]
    yield from {each.username: each for each in found if each.username != by.username}.values()


def mentioned(text: str, members: Iterable[Member]) -> list[Member]:
    """Those whom a text mentions: @ with a name as it is written here, or with an e-mail address. Raises CommentRefused for a
    name that nobody has, or that several have."""
    known = list(members)
    return [_mentioned(text[at.end() :], known) for at in _AT.finditer(text)]


def _mentioned(text: str, members: list[Member]) -> Member:
    begins = [(name, each) for each in members for name in _names(each) if _begins(text, name)]
    longest = max((len(name) for name, _ in begins), default=0)
    found = {each.username: each for name, each in begins if len(name) == longest}
    if len(found) == 1:
        return next(iter(found.values()))
    said = " ".join(re.findall(r"[\w\'\u2019.-]+", text)[:WORDS])
    if found:
        said = text[:longest]
        raise CommentRefused(
            reason=f"several people are called {said}. Write @ and the e-mail address of the one you mean"
        )
    raise CommentRefused(reason=f"nobody here is called “{said}”{_nearest(said, members)}")


def _names(member: Member) -> set[str]:
    return {member.name, member.username, member.email} - {""}


def _begins(text: str, name: str) -> bool:
    rest = text[len(name) : len(name) + 1]
    return text[: len(name)].casefold() == name.casefold() and not (rest.isalnum() or rest == "_")


def _nearest(said: str, members: Iterable[Member]) -> str:
    words = said.split()
    tries = (" ".join(words[:number]) for number in range(len(words), 0, -1))
    meant = next(filter(None, (near(each, [member.name for member in members]) for each in tries)), "")
    return f". Is it {meant}?" if meant else ". Write @ and their name as it stands here, or leave the @ out"


def _check_sees(session: Session, people: People, member: Member, instance: ProcessInstance) -> None:
    """Whoever is mentioned has to be able to read it: an officer who sees the case. Raises CommentRefused."""
    theirs = people.scope(member.username)
    with acting(session, theirs):
        sees = session.scalar(select(ProcessInstance.id).where(ProcessInstance.id == instance.id)) is not None
    if theirs.confined is not None or not sees:
        raise CommentRefused(reason=f"{member.name} does not see this case, and so cannot be told of a comment on it")


def _written(
    session: Session,
    world: World,
    on: tuple[ProcessInstance, UserTask | None],
    text: str,
    told: list[Member],
    by: Scope,
) -> int:
    instance, task = on
    row = Comment(
        authority=instance.authority,
        instance_id=instance.id,
        task_id=task.id if task else None,
        by=by.username,
        at=world.clock.now(),
        text=text.strip(),
        told=[each.username for each in told],
    )
    session.add(row)
    session.flush()
    members = hands.people(session, world, instance.authority, [by.username]).members
    author = members[by.username].name if by.username in members else "A colleague"
    subject = f"{author} mentions you: {_about(session, instance, task)}"
    for each in told:
        outbox.tell_person(session, task or instance, each.username, subject, row.text, row.at)
    _mail(session, world, instance, f"comment-{row.id}", subject, told)
    return row.id


def _about(session: Session, instance: ProcessInstance, task: UserTask | None) -> str:
    """What a comment is on, in words: the task or the process, and the school."""
    elements = Elements(session, [instance.definition_id, *([task.definition_id] if task else [])])
    what = elements.info(task.definition_id, task.element).name if task else elements.process(instance.definition_id)[1]
    ours = School.authority == instance.authority, School.urn == instance.school_urn
    return ", ".join(filter(None, (what, session.scalar(select(School.name).where(*ours)))))


def _mail(
    session: Session, world: World, instance: ProcessInstance, key: str, subject: str, told: list[Member]
) -> None:
    """A mail that says that there is a notice, and not what the comment says, to those who want to be told at once."""
    to = post(world, instance.authority)
    found = with_how(session, to.home, told) if to and told else []
    mails = [
        outbox.mail_row(
            instance.authority,
            instance.id,
            f"{key}-{number}",
            {"to": each.member.email, **letters.of_notice(to.sender, each.member.name, subject)},
            world.clock.now(),
        )
        for number, each in enumerate(found)
        if to and each.member.email and each.how == ONCE
    ]
    if mails:
        session.execute(insert(Outbox), mails)
