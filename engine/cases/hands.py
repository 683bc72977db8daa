"""Tasks that change hands: claimed, given back, handed over, delegated, and moved by those who manage cases.

Each is a line of the case's story, with who did it, when and why. The case is locked first, as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import readers, records, stepping
from engine.cases.stepping import World
from engine.errors import GivenRefused, NotAManager, NotTheirTask, TaskClaimed, TaskNotOpen, TaskNotYours
from engine.jobs import outbox
from engine.people import conflicts, permissions, register
from engine.people.authorities import OFFICER, Authority
from engine.people.directory import Member, People
from engine.people.register import day_of
from engine.queries import refuse_second_half
from engine.queries.common import Elements
from engine.queries.tasks import tasks_by_id
from engine.store.tables import OPEN, ProcessInstance, UserTask, UserTaskRole
from engine.store.tenancy import Scope, unconfined

Locked = tuple[ProcessInstance, UserTask]
"""A case whose row is locked, and an open task of it."""
#: How many tasks are moved at once, at most.
MOST = 200
#: How many claimed tasks are looked through for those whose claimer is gone.
LOOKED_AT = 5_000
#: Why a task is freed by itself, in the story.
ROLE_OVER = "Their role at the school is over"


@dataclass(frozen=True)
class Moved:
    """The tasks that changed hands, and those that had ended before; by their ids."""

    done: tuple[int, ...]
    ended: tuple[int, ...]


@dataclass(frozen=True)
class Stranded:
    """Somebody who has claimed tasks that they cannot do any more, and the ids of these tasks."""

    username: str
    tasks: tuple[int, ...]


@dataclass(frozen=True)
class Unheld:
    """Roles that nobody holds (for the school, a role of schools), and the ids of the open tasks that wait for them."""

    roles: tuple[str, ...]
    tasks: tuple[int, ...]


def claim(session: Session, world: World, task_id: int, scope: Scope) -> None:
    """Take a task for oneself. Raises GivenRefused where nobody is named, TaskNotFound, TaskNotOpen, TaskNotYours, TaskClaimed,
    SecondHalf."""
    if not scope.username.strip():
        raise GivenRefused(what=permissions.WHO, reason="a task is claimed by somebody, and none is named")
    instance, task = _lock(session, task_id)
    permissions.check_may_complete(scope, task)
    if task.assignee not in (None, scope.username) and not task.by_default:
        raise TaskClaimed(by=task.assignee) if task.candidate_groups else TaskNotYours(whom=task.assignee)
    if task.assignee is None or task.by_default:
        check_separate(session, task, scope)
        had, task.assignee, task.by_default = task.assignee, scope.username, False
        _tell(session, world, (instance, task), "claimed", scope, had=had if had != scope.username else None)
        if had:
            _tell_person(session, world, task, had, "Taken over", scope, "")


def release(session: Session, world: World, task_id: int, scope: Scope, reason: str = "") -> None:
    """Give a claimed task back: to who delegated it, else to its roles. Managers free what others have claimed.

    Raises TaskNotFound, TaskNotOpen, TaskClaimed; and TaskNotYours for a task that its diagram gives to one person.
    """
    locked = _lock(session, task_id)
    _, task = locked
    if task.owner and scope.username in (task.owner, task.assignee):
        _return(session, world, locked, scope, reason)
    else:
        if task.assignee not in (None, scope.username) and not may_manage(world, scope):
            raise TaskClaimed(by=task.assignee)
        _release(session, world, locked, scope, reason)


def _return(session: Session, world: World, locked: Locked, scope: Scope, reason: str) -> None:
    _, task = locked
    task.assignee, task.owner, task.by_default = task.owner, None, False
    _tell(session, world, locked, "returned", scope, reason=reason, to=task.assignee)
    _tell_person(session, world, task, task.assignee or "", "Back with you", scope, reason)


def _release(session: Session, world: World, locked: Locked, scope: Scope, reason: str) -> None:
    _, task = locked
    if session.scalar(select(UserTaskRole.role).where(UserTaskRole.task_id == task.id).limit(1)) is None:
        raise TaskNotYours(whom=task.assignee or "others")
    if task.assignee is not None:
        was, task.assignee, task.owner, task.by_default = task.assignee, None, None, False
        _tell(session, world, locked, "released", scope, reason=reason, had=was)
        _tell_person(session, world, task, was, "No longer yours", scope, reason)


def hand_over(
    session: Session, world: World, task_id: int, to: str, reason: str, scope: Scope, *, delegate: bool = False
) -> None:
    """Give a task of one's own to somebody else who may do it; one that is delegated comes back.

    Raises TaskNotFound, TaskNotOpen, TaskNotYours, TaskClaimed, NotTheirTask, SecondHalf.
    """
    locked = _lock(session, task_id)
    _, task = locked
    permissions.check_may_complete(scope, task)
    if scope.everything and task.assignee is None:
        raise TaskNotYours(whom=" or ".join(task.candidate_groups))
    _give(session, world, locked, to, reason, scope, delegate=delegate)


def _give(
    session: Session, world: World, locked: Locked, to: str, reason: str, scope: Scope, *, delegate: bool = False
) -> None:
    instance, task = locked
    with unconfined(session):
        theirs = people(session, world, instance.authority).scope(to)
        out = conflicts.barred(session, [instance.id]).get(instance.id, frozenset())
    if to in out or not may_do(theirs, task):
        raise NotTheirTask(task=_name(session, task), by=to)
    check_separate(session, task, theirs)
    if task.assignee != to or (task.owner is not None and not delegate):
        task.assignee, task.owner, task.by_default = to, scope.username if delegate else None, False
        if not task.candidate_groups:
            readers.let(session, instance, to)
        how = "delegated" if delegate else "handed"
        _tell(session, world, locked, how, scope, reason=reason, to=to)
        _tell_person(session, world, task, to, f"{how.capitalize()} to you", scope, reason)


def move(session: Session, world: World, task_ids: Sequence[int], to: str | None, reason: str, scope: Scope) -> Moved:
    """Free tasks for their roles, or give them to somebody who may do them, whoever has them; for who manages cases.

    All or none, but for tasks that have ended meanwhile. Raises NotAManager, TaskNotFound, TaskNotYours, NotTheirTask,
    SecondHalf.
    """
    if not may_manage(world, scope):
        raise NotAManager()
    done, ended = [], []
    for task_id in _in_order_of_cases(session, task_ids[:MOST]):
        try:
            locked = _lock(session, task_id)
        except TaskNotOpen:
            ended.append(task_id)
            continue
        if to is None:
            _release(session, world, locked, scope, reason)
        else:
            _give(session, world, locked, to, reason, scope)
        done.append(task_id)
    return Moved(tuple(done), tuple(ended))


def _in_order_of_cases(session: Session, task_ids: Sequence[int]) -> list[int]:
    """Two who move tasks of the same cases lock these in the same order; an id that is nobody's comes last."""
    found = session.execute(select(UserTask.instance_id, UserTask.id).where(UserTask.id.in_(task_ids)))
    known = [task for _, task in sorted((case, task) for case, task in found)]
    return [*known, *(each for each in dict.fromkeys(task_ids) if each not in known)]


def may_manage(world: World, scope: Scope) -> bool:
    """Whether somebody manages cases: by a role of their own, not of somebody for whom they cover."""
    return permissions.may(world.config.authorities.get(scope.authority), scope, "manage")


def may_do(scope: Scope, task: UserTask) -> bool:
    """Whether a task may be given to somebody: one of its roles is theirs; where it names none, anybody who can sign in."""
    if task.candidate_groups:
        return scope.holds(task.candidate_groups, at=task.school_urn, case=task.instance_id)
    return bool(scope.roles) and scope.holds((), at=task.school_urn, case=task.instance_id)


def check_separate(session: Session, task: UserTask, scope: Scope) -> None:
    """Raises SecondHalf when somebody has done, or claimed, what another person must do."""
    if scope.everything:
        return
    info = Elements(session, [task.definition_id]).info(task.definition_id, task.element)
    refuse_second_half(session, task.instance_id, task.definition_id, info, scope.username)


def people(session: Session, world: World, authority: str, called: Collection[str] | None = None) -> People:
    """Who is who in an authority today; where some are called for, they and those for whom they cover."""
    return People.of(session, _home(world, authority), world.directory, day_of(world.clock.now()), called)


def _home(world: World, authority: str) -> Authority:
    """An authority as configured; one that is not has no roles and nobody."""
    return world.config.authorities.get(authority) or Authority(authority, authority, "", authority, {}, (), {})


def able(session: Session, world: World, authority: str, task_ids: Iterable[int]) -> list[Member]:
    """Who can sign in and may do each of these open tasks, by name."""
    known = people(session, world, authority)
    columns = UserTask.candidate_groups, UserTask.school_urn, UserTask.instance_id
    chosen = select(*columns).where(UserTask.id.in_(list(task_ids)), UserTask.authority == authority)
    rows = session.execute(chosen).all()
    out = frozenset[str]().union(*conflicts.barred(session, {case for _, _, case in rows}).values())
    asked = {(tuple(sorted(roles)), urn) for roles, urn, _ in rows}
    found = [known.holders(roles, urn, out) for roles, urn in asked]
    names = set.intersection(*(set(each) for each in found)) if found else set()
    members = (known.members[name] for name in names - out if name in known.members)
    return sorted(members, key=lambda each: (each.name, each.username))


def stranded(session: Session, world: World, authority: str) -> list[Stranded]:
    """Who has claimed tasks that they cannot do any more: no account, or the role is over."""
    claimed = (
        select(UserTask)
        .where(UserTask.authority == authority, UserTask.status == OPEN, UserTask.assignee.is_not(None))
        .order_by(UserTask.assignee, UserTask.due_order, UserTask.id)
        .limit(LOOKED_AT)
    )
    by_person: dict[str, list[UserTask]] = {}
    for task in session.scalars(claimed):
        by_person.setdefault(task.assignee or "", []).append(task)
    known = people(session, world, authority, by_person)
    found = [Stranded(name, _out_of_reach(known, name, tasks)) for name, tasks in by_person.items()]
    return [each for each in found if each.tasks]


def free_of_schools(session: Session, world: World, authority: str) -> int:
    """Free what people of schools have claimed and can do no more, since their role there is over, so that whoever follows them
    finds it; how many tasks. What officers leave is moved by those who manage cases."""
    officers = _officers(world, authority)
    left = [task for each in stranded(session, world, authority) for task in each.tasks]
    chosen = select(UserTask.id, UserTask.candidate_groups).where(UserTask.id.in_(left))
    free = [task for task, roles in session.execute(chosen) if roles and officers.isdisjoint(roles)]
    for task_id in _in_order_of_cases(session, free):
        _release(session, world, _lock(session, task_id), Scope(authority), ROLE_OVER)
    return len(free)


def unheld(session: Session, world: World, authority: str) -> list[Unheld]:
    """The open tasks that nobody has claimed and nobody can do, since nobody holds one of their roles; the most first."""
    day = day_of(world.clock.now())
    waiting = (
        select(UserTask.id, UserTask.candidate_groups, UserTask.school_urn)
        .where(UserTask.authority == authority, UserTask.status == OPEN, UserTask.assignee.is_(None))
        .order_by(UserTask.due_order, UserTask.id)
        .limit(LOOKED_AT)
    )
    rows = session.execute(waiting).all()
    asked = {role for _, roles, _ in rows for role in roles}
    held = {role for each in world.directory(session, authority, day, None, asked) for role in each.roles}
    officers, places = _officers(world, authority), register.places(session, authority, day, asked)
    found: dict[tuple[str, ...], list[int]] = {}
    for each, roles, urn in rows:
        if roles and _held_at(urn, held, officers, places).isdisjoint(roles):
            found.setdefault(tuple(roles), []).append(each)
    every = (Unheld(roles, tuple(tasks)) for roles, tasks in found.items())
    return sorted(every, key=lambda each: (-len(each.tasks), each.roles))


def _held_at(urn: str | None, held: set[str], officers: set[str], places: Mapping[str, set[str]]) -> set[str]:
    """The roles that somebody holds for a school, or for what is about none."""
    return held if urn is None else (held & officers) | {role for role, urns in places.items() if urn in urns}


def _officers(world: World, authority: str) -> set[str]:
    """The roles that count for all schools of an authority."""
    return {role.id for role in _home(world, authority).roles.values() if role.kind == OFFICER}


def _out_of_reach(known: People, username: str, tasks: Iterable[UserTask]) -> tuple[int, ...]:
    scope = known.scope(username)
    return tuple(task.id for task in tasks if not _is_still_given(scope, task))


def _is_still_given(scope: Scope, task: UserTask) -> bool:
    return bool(scope.roles) and scope.is_given(
        task.assignee, task.candidate_groups, at=task.school_urn, case=task.instance_id
    )


def _tell_person(session: Session, world: World, task: UserTask, to: str, what: str, by: Scope, reason: str) -> None:
    """Tell whoever a task comes to, or goes from, unless they did it themselves."""
    if to == by.username:
        return
    [row] = tasks_by_id(session, [task.id])
    subject = ", ".join(filter(None, (f"{what}: {row.name}", row.school_name)))
    outbox.tell_person(session, task, to, subject, f"Reason: {reason}" if reason else "", world.clock.now())


def claimed_in(session: Session, instance_id: int) -> list[UserTask]:
    """The open tasks of a case that somebody has claimed, or been given."""
    chosen = select(UserTask).where(UserTask.instance_id == instance_id, UserTask.status == OPEN)
    return list(session.scalars(chosen.where(UserTask.assignee.is_not(None)).order_by(UserTask.id)))


def tell_withdrawn(
    session: Session, world: World, tasks: Iterable[UserTask], waiting: Collection[str], by: Scope, reason: str
) -> None:
    """Tell whoever had one of these tasks that a manager has withdrawn it; ``waiting`` are the tokens of those that are still
    open."""
    for task in tasks:
        if task.token not in waiting and task.assignee:
            _tell_person(session, world, task, task.assignee, "Withdrawn", by, reason)


def _lock(session: Session, task_id: int) -> Locked:
    """An open task with its case, locked, as it is now."""
    instance, task, _ = stepping.lock_by_task(session, task_id)
    session.refresh(task)  # it may have been read before the lock was had
    return instance, task


def _name(session: Session, task: UserTask) -> str:
    return Elements(session, [task.definition_id]).info(task.definition_id, task.element).name


def _tell(session: Session, world: World, locked: Locked, how: str, scope: Scope, **said: str | None) -> None:
    """A line of the story; only what there is to say stands in it."""
    instance, task = locked
    detail = {name: each for name, each in said.items() if each}
    now = world.clock.now()
    records.add_line(session, instance, now, how, scope.username, detail, task.element, task.definition_id)
    session.flush()  # of two tasks that change hands at once, the second is judged by what the first has become
