"""Conflicts of interest: somebody is barred from a case, by a manager or by the process itself, until a manager lifts it.

Whoever is barred meets nothing of the case (``engine/store/tenancy.py``), and nothing of it is sent to them. What they had in it
goes back to its roles, and those who manage cases are told of a task for which nobody is left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.cases import records
from engine.deployments.registry import Loaded
from engine.errors import BarNamesNobody, BarNotFound, BarRefused, InstanceNotFound, NotAManager, ReasonMissing
from engine.jobs import outbox
from engine.people import conflicts, permissions
from engine.people.authorities import Authority
from engine.people.directory import Member, People
from engine.people.register import day_of
from engine.queries.common import Elements
from engine.steps import Notification
from engine.store.tables import BARRED, OPEN, UNBARRED, WAITING, CaseBar, Outbox, ProcessInstance, TaskLink, UserTask
from engine.store.tenancy import Scope, unconfined

if TYPE_CHECKING:
    from engine.cases.stepping import World

#: Why the process bars somebody, in the story.
BY_THE_PROCESS = "The process says that they have a conflict of interest"


def bar(session: Session, world: World, instance_id: int, whom: str, reason: str, by: Scope) -> None:
    """Bar a person, by username or e-mail address.

    Raises NotAManager, ReasonMissing, InstanceNotFound, BarNamesNobody, BarRefused.
    """
    _check_reason(reason)
    instance = _locked(session, world, instance_id, by)
    with unconfined(session):
        people = _people(session, world, instance.authority)
        found = _person(people, instance, whom)
        if not found:
            raise BarNamesNobody(named=whom)
        if conflicts.is_barred(conflicts.barred(session, [instance.id]).get(instance.id, ()), found[0]):
            raise BarRefused(person=found[0].name)
        _bar(session, world, instance, found[:1], reason, by.username)
        _tell_of_nobody(session, world, instance, people)


def _person(people: People, instance: ProcessInstance, whom: str) -> list[Member] | None:
    """Whom a username or an address names: of the accounts and the register, or one with a link to a task of the case."""
    if whom in people.home.roles:
        return None
    linked = [each for each in _linked(people.session, instance.id) if each.username == whom.strip().lower()]
    known = [each for each in candidates(people, instance) if each.username == whom.strip().lower()]
    return known or linked or conflicts.find(people, whom, instance.school_urn)


def candidates(people: People, instance: ProcessInstance) -> list[Member]:
    """Whom a bar may name, by name: who can sign in, the register's people of the case's school today, and addresses with a link
    to one of its tasks."""
    found = {each.username: each for each in _linked(people.session, instance.id)}
    if instance.school_urn is not None:
        found |= people.of_register(instance.school_urn)
    return sorted((found | dict(people.members)).values(), key=lambda each: (each.name.casefold(), each.username))


def _linked(session: Session, instance_id: int) -> list[Member]:
    chosen = select(TaskLink.email).where(TaskLink.instance_id == instance_id).distinct()
    return [Member(email, email, email) for email in session.scalars(chosen)]


def those(session: Session, world: World, instance_id: int, by: Scope) -> list[Member]:
    """Whom somebody who manages cases may bar from a case. Raises NotAManager, InstanceNotFound."""
    _check_manages(world, by)
    instance = session.get(ProcessInstance, instance_id)
    if instance is None:
        raise InstanceNotFound(instance=instance_id)
    with unconfined(session):
        return candidates(_people(session, world, instance.authority), instance)


def lift(session: Session, world: World, bar_id: int, reason: str, by: Scope) -> int:
    """Let somebody see the case again; its id. Raises NotAManager, ReasonMissing, BarNotFound, for one that was lifted too."""
    _check_reason(reason)
    found = session.get(CaseBar, bar_id)
    if found is None:
        raise BarNotFound()
    instance = _locked(session, world, found.instance_id, by)
    session.refresh(found)  # another manager may have lifted it before the case was locked
    if found.lifted is not None:
        raise BarNotFound()
    found.lifted, found.lifted_by, found.lifted_for = world.clock.now(), by.username, reason
    said = {"barred": found.name, "reason": reason}
    records.add_line(session, instance, world.clock.now(), UNBARRED, by.username, said)
    return instance.id


def follow(session: Session, world: World, loaded: Loaded, instance: ProcessInstance, seen: Mapping[str, Any]) -> None:
    """Bar those whom the process's property ``bars`` names by what a step has come to; whoever a manager let in again stays in.

    Raises BarNamesNobody, and what the expression raises.
    """
    names = _names(world, loaded, instance, seen) if loaded.bars else []
    if not names:
        return
    people = _people(session, world, instance.authority)
    known = set(session.scalars(select(CaseBar.username).where(CaseBar.instance_id == instance.id)))
    fresh = {each.username: each for name in names for each in _named(people, name, instance.school_urn)}
    wanted = [each for username, each in fresh.items() if username not in known]
    if wanted:
        _bar(session, world, instance, wanted, BY_THE_PROCESS, "")
    _tell_of_nobody(session, world, instance, people)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing()


def _names(world: World, loaded: Loaded, instance: ProcessInstance, seen: Mapping[str, Any]) -> list[str]:
    """What the expression gives: one text, or a list of them; null and the empty text are nobody."""
    given = {**seen, "settings": dict(world.settings(instance.authority))}
    said = world.feel.evaluate(loaded.bars, given, now=world.clock.now())
    return [str(each) for each in (said if isinstance(said, list) else [said]) if each not in (None, "")]


def _named(people: People, name: str, urn: str | None) -> list[Member]:
    found = conflicts.find(people, name, urn)
    if found is None:
        raise BarNamesNobody(named=name)
    return found


def _check_manages(world: World, by: Scope) -> None:
    if not permissions.may(world.config.authorities.get(by.authority), by, "manage"):
        raise NotAManager()


def _locked(session: Session, world: World, instance_id: int, by: Scope) -> ProcessInstance:
    """A case, live or ended, its row locked, for somebody who manages cases."""
    _check_manages(world, by)
    locked = select(ProcessInstance).where(ProcessInstance.id == instance_id).with_for_update(of=ProcessInstance)
    found = session.scalars(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise InstanceNotFound(instance=instance_id)
    return found


def _people(session: Session, world: World, authority: str) -> People:
    home = world.config.authorities.get(authority) or Authority(authority, authority, "", authority, {}, (), {})
    return People.of(session, home, world.directory, day_of(world.clock.now()))


def _bar(
    session: Session, world: World, instance: ProcessInstance, whom: Sequence[Member], reason: str, by: str
) -> None:
    now = world.clock.now()
    for each in whom:
        case = {"authority": instance.authority, "instance_id": instance.id}
        said = {"username": each.username, "email": each.email.lower(), "name": each.name, "reason": reason}
        session.add(CaseBar(**case, **said, set_at=now, set_by=by))
        records.add_line(session, instance, now, BARRED, by, {"barred": each.name, "reason": reason})
        _take_back(session, world, instance, each)
    session.flush()


def _take_back(session: Session, world: World, instance: ProcessInstance, member: Member) -> None:
    """Nothing of the case is theirs any more: tasks, links, and mail that has not gone yet."""
    now, names = world.clock.now(), {member.username, member.email.lower()} - {""}
    mine = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == OPEN)
    for task in session.scalars(mine):
        if task.owner == member.username:
            task.owner = None
        if task.assignee == member.username and task.candidate_groups:
            task.assignee, task.owner, task.by_default = None, None, False
            said = {"had": member.username}
            records.add_line(session, instance, now, "released", "", said, task.element, task.definition_id)
    links = update(TaskLink).where(TaskLink.instance_id == instance.id, TaskLink.email.in_(names))
    session.execute(links.where(TaskLink.ended.is_(None)).values(ended=now))
    waiting = select(Outbox).where(Outbox.instance_id == instance.id, Outbox.status == WAITING)
    gone = [mail.id for mail in session.scalars(waiting) if mail.payload.get("to") in names]
    if gone:
        session.execute(delete(Outbox).where(Outbox.id.in_(gone)))


def _tell_of_nobody(session: Session, world: World, instance: ProcessInstance, people: People) -> None:
    """Tell those who manage cases, once a task, of what nobody is left to do."""
    names = conflicts.barred(session, [instance.id]).get(instance.id, frozenset())
    roles = tuple(role.id for role in people.home.roles.values() if "manage" in role.capabilities)
    if not names or not people.members or not roles:
        return
    open_tasks = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == OPEN)
    for task in session.scalars(open_tasks).all():
        if all(conflicts.is_barred(names, each) for each in _who(people, task, names)):
            name = Elements(session, [task.definition_id]).info(task.definition_id, task.element).name
            text = "Everybody whom it asks is barred from the case by a conflict of interest. Give it to somebody else."
            told = Notification(instance.process, task.element, roles, f"Nobody is left to do: {name}", text)
            key = f"nobody-{task.id}-{len(names)}"
            outbox.notify(session, instance, [told], world.clock.now(), None, key, task_id=task.id)


def _who(people: People, task: UserTask, names: Collection[str]) -> list[Member]:
    """Who may do a task: by its roles, but for those with these names, or the one to whom it is given."""
    if task.candidate_groups:
        return list(people.holders(task.candidate_groups, task.school_urn, names).values())
    given = people.members.get(task.assignee or "")
    return [given] if given else list(people.members.values()) if not task.assignee else []
