"""Moving running cases to another version of their process: each in a transaction, undoable until the case moves on.

What waits keeps its rows: a task its claim, drafts, comments and files, a timer its job. The state before is kept beside the case
until the move is undone or the case has moved on. Nothing is moved unasked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine.cases import readers, records, stepping
from engine.cases.records import Step
from engine.cases.stepping import StepBroken, World
from engine.cases.waiting import waiting_of
from engine.deployments.registry import Loaded
from engine.errors import InstanceEnded, InstanceNotFound, MigrationImpossible, MigrationMovedOn, PathwaysError
from engine.jobs import queue
from engine.jobs.queue import Claimed
from engine.spiff import Ended, Moving, Plan, migrate, standing
from engine.steps import Outcome, StepFailed
from engine.store.tables import (
    EventSubscription,
    Incident,
    Job,
    MigratedCase,
    Migration,
    ProcessDefinition,
    ProcessInstance,
    UserTask,
)
from engine.store.tenancy import unconfined

#: The kind of a job that moves one case or takes that back; its token is the id of the row of :class:`MigratedCase`.
JOB = "migrate"
WAITING, MOVED, STAYED, UNDOING, UNDONE = "waiting", "moved", "stayed", "undoing", "undone"
#: How long a move that is asked for again is taken for the same, and what of it is then alike.
TWICE = timedelta(minutes=1)
HOW = ("mapping", "new_timers", "new_due_dates", "retries")
ALREADY = "It was on this version already"


def begun_just_now(session: Session, asked: Migration, cases: Collection[int] | None) -> int | None:
    """The first of two clicks: the move that the same person has begun in this minute, in the same way and of the same cases, and
    of which nothing was taken back."""
    same = select(Migration).where(
        Migration.definition_id == asked.definition_id,
        Migration.by == asked.by,
        Migration.reason == asked.reason,
        Migration.begun > asked.begun - TWICE,
    )
    for each in session.scalars(same.order_by(Migration.id.desc())):
        if all(getattr(each, name) == getattr(asked, name) for name in HOW) and _is_of(session, each.id, cases):
            return each.id
    return None


def _is_of(session: Session, number: int, cases: Collection[int] | None) -> bool:
    """Whether a move is of these cases (None: of all that there were), and nothing of it was taken back."""
    with unconfined(session):
        chosen = select(MigratedCase.instance_id, MigratedCase.status).where(MigratedCase.migration_id == number)
        rows = {case: status for case, status in session.execute(chosen)}
    whole = bool(rows) if cases is None else set(rows) == set(cases)
    return whole and not {UNDOING, UNDONE} & set(rows.values())


def begin(session: Session, made: Migration, cases: Collection[tuple[int, int]], now: datetime) -> int:
    """Write a move and its cases, (id, definition id) each, with a job a case; gives the move's id. The caller commits."""
    session.add(made)
    session.flush()
    fixed = {"authority": made.authority, "migration_id": made.id, "status": WAITING, "why": "", "at": None}
    fixed |= {"before": None, "after": "", "sent": "", "ended": [], "undone_by": None, "undone_for": ""}
    rows = [{**fixed, "instance_id": case, "before_id": definition} for case, definition in cases]
    if rows:
        ids = session.scalars(insert(MigratedCase).returning(MigratedCase.id, sort_by_parameter_order=True), rows).all()
        _ask(session, made.authority, ids, now)
    return made.id


def _ask(session: Session, authority: str, rows: Iterable[int], now: datetime) -> None:
    job = queue.job_row(authority, JOB, now)
    session.execute(insert(Job), [{**job, "token": str(ident)} for ident in rows])


def run(session: Session, world: World, job: Claimed) -> None:
    """Do for a case what a job asks."""
    do(session, world, int(job.token))


def do(session: Session, world: World, row_id: int) -> None:
    """Move the case, or take its move back, as its row asks; one for which that is done is left alone. The caller commits."""
    row = session.scalars(select(MigratedCase).where(MigratedCase.id == row_id).with_for_update()).first()
    if row is not None and row.status == WAITING:
        _try(session, world, row)
    elif row is not None and row.status == UNDOING:
        _try_undo(session, world, row)


def _try(session: Session, world: World, row: MigratedCase) -> None:
    """Move one case, or note why it stays."""
    why = ""
    try:
        with session.begin_nested():
            _move(session, world, row)
    except (InstanceEnded, InstanceNotFound):
        why = "It has ended meanwhile"
    except MigrationImpossible as impossible:
        why = str(impossible.details["reason"])
    except StepBroken as broken:
        why = f"It could not go on in the new version: {queue.in_words(broken.cause)}".rstrip(".")
    except PathwaysError as error:
        why = str(error).rstrip(".")
    if why:
        row.status, row.why, row.at = STAYED, f"{why}.", world.clock.now()


def _move(session: Session, world: World, row: MigratedCase) -> None:
    made = session.get_one(Migration, row.migration_id)
    instance = stepping.lock(session, row.instance_id)
    stepping.check_goes_on(instance)
    if instance.definition_id == made.definition_id:
        raise MigrationImpossible(reason=ALREADY)
    row.before, row.before_id = instance.state, instance.definition_id
    before = world.registry.get(session, instance.definition_id)
    after = world.registry.get(session, made.definition_id)
    moving = Moving(made.mapping, made.new_timers, made.new_due_dates)
    step = _step(session, world, instance, after, made.by)
    found, outcome = _migrated(session, world, instance, (before, after), moving)
    if outcome.stuck and not step.waiting.stuck:
        names = " and ".join(f"“{each.name}”" for each in outcome.stuck)
        raise MigrationImpossible(
            reason=f"Nothing could move in it any more in the new version: it would wait at {names}"
        )
    _write(step, found, outcome, before, made)
    row.ended = [each.token for each in found.ended]
    row.status, row.at, row.sent = MOVED, step.now, _sent(outcome)
    row.after = digest(instance.state)
    if made.retries:
        _retry(session, instance, step.now, made.by)


def _step(session: Session, world: World, instance: ProcessInstance, loaded: Loaded, by: str) -> Step:
    told = stepping.post(world, instance.authority)
    return Step(session, instance, loaded, waiting_of(session, instance.id), world.clock.now(), by, post=told)


def _migrated(
    session: Session, world: World, instance: ProcessInstance, versions: tuple[Loaded, Loaded], moving: Moving
) -> tuple[Plan, Outcome]:
    before, after = versions
    with unconfined(session):
        context = world.context(session, after, instance, world.clock.now())
        try:
            return migrate(before.definition, after.definition, instance.state, moving, context)
        except StepFailed as failed:
            raise StepBroken(instance.id, failed.element, "", failed.cause) from failed.cause


def _write(step: Step, found: Plan, outcome: Outcome, before: Loaded, made: Migration) -> None:
    instance, after = step.instance, step.loaded
    detail = {"reason": made.reason, **_versions(step.session, before, after)}
    records.add_line(step.session, instance, step.now, "migrated", step.by, detail)
    for each in found.ended:
        _tell_ended(step, each, before.ids[each.at.process])
    _settle(step, outcome, after)


def _versions(session: Session, before: Loaded, after: Loaded) -> dict[str, int]:
    """From which version to which a case goes, for its story."""
    chosen = select(ProcessDefinition.id, ProcessDefinition.version)
    found = session.execute(chosen.where(ProcessDefinition.id.in_([before.id, after.id])))
    numbers = {definition_id: version for definition_id, version in found}
    return {"from_version": numbers[before.id], "to_version": numbers[after.id]}


def _settle(step: Step, outcome: Outcome, loaded: Loaded) -> None:
    """Let a case be one of this version, with what it waits for in it."""
    step.instance.definition_id, step.instance.process = loaded.id, loaded.key
    with unconfined(step.session):
        readers.keep(step.session, step.instance, loaded)
        _rebind(step, outcome)
        records.write(step, outcome)
    step.session.flush()


def _tell_ended(step: Step, ended: Ended, definition_id: int) -> None:
    """Add the line of an element that went with its version of the diagram."""
    at, entered = ended.at.element, datetime.fromisoformat(ended.entered)
    known = {"definition_id": definition_id, "element": at, "token": ended.token, "via": ended.via, "entered": entered}
    records.add_row(step.session, step.instance, step.now, how="cancelled", **known)


def _rebind(step: Step, outcome: Outcome) -> None:
    """Let what waits already stand at the elements, and in the definitions, that an outcome names. Everything else of these
    rows, as who has claimed a task, stays."""
    known = step.waiting
    subscriptions = {f"{each.token}/{each.kind}/{each.name}": each for each in outcome.subscriptions}
    for table, rows, waits in (
        (UserTask, known.tasks, {task.token: task for task in outcome.user_tasks}),
        (Job, known.jobs, {timer.token: timer for timer in outcome.timers}),
        (EventSubscription, known.subscriptions, subscriptions),
    ):
        found = [(rows[key].id, each) for key, each in waits.items() if key in rows]
        changed = [
            {"id": i, "definition_id": step.definition_id(each.process), "element": each.element} for i, each in found
        ]
        if changed:
            step.session.execute(update(table), changed)


def _sent(outcome: Outcome) -> str:
    """What went out or ended as a case was moved, which no undoing can take back; empty when nothing did."""
    said = {
        "the case ended by it": outcome.status != "active",
        "a message was sent by it": bool(outcome.thrown),
        "people were told by it": bool(outcome.notifications),
        "the school was put in a category by it": bool(outcome.categories),
    }
    return " and ".join(words for words, so in said.items() if so)


def digest(state: bytes) -> str:
    """A stored state in short."""
    return sha256(state).hexdigest()


def _retry(session: Session, instance: ProcessInstance, now: datetime, by: str) -> None:
    """Let the worker try again what had failed in a case that was moved. A person's answer that is kept is given again from the
    incident's own page."""
    failed = select(Incident).where(
        Incident.instance_id == instance.id, Incident.resolved.is_(None), Incident.kind == "job"
    )
    for incident in session.scalars(failed):
        queue.retry(session, incident, now, by)


# -- undoing --------------------------------------------------------------------------------------------------------


def ask_undo(session: Session, rows: Collection[MigratedCase], by: str, reason: str, now: datetime) -> None:
    """Have the moves of several cases taken back, a job each. The caller commits."""
    for row in rows:
        row.status, row.undone_by, row.undone_for = UNDOING, by, reason
    if rows:
        _ask(session, next(iter(rows)).authority, [row.id for row in rows], now)


def _try_undo(session: Session, world: World, row: MigratedCase) -> None:
    try:
        with session.begin_nested():
            undo(session, world, row, row.undone_by or "", row.undone_for)
    except PathwaysError as error:
        why = error.details["reason"] if isinstance(error, MigrationMovedOn) else str(error).rstrip(".")
        row.status, row.why = MOVED, f"It was not undone: {why}."


def undo(session: Session, world: World, row: MigratedCase, by: str, reason: str) -> None:
    """Take a move back: the case stands where it stood, in the version that it had. Raises MigrationMovedOn, InstanceNotFound."""
    try:
        instance = stepping.lock(session, row.instance_id)
    except InstanceEnded:
        raise MigrationMovedOn(instance=row.instance_id, reason="the case has ended") from None
    stepping.check_goes_on(instance)
    if why := against(row, instance):
        raise MigrationMovedOn(instance=row.instance_id, reason=why)
    assert row.before is not None
    before = world.registry.get(session, row.before_id)
    _reopen(session, row)
    step = _step(session, world, instance, before, by)
    with unconfined(session):
        context = world.context(session, before, instance, step.now)
        outcome = standing(before.definition, row.before, context)
    moved = world.registry.get(session, instance.definition_id)
    detail = {"reason": reason, **_versions(session, moved, before)}
    records.add_line(session, instance, step.now, "reverted", by, detail)
    _settle(step, outcome, before)
    instance.state = row.before  # to the byte, whatever version of the stored form it is in
    row.status, row.undone_by, row.undone_for, row.at, row.why = UNDONE, by, reason, step.now, ""


def against(row: MigratedCase, instance: ProcessInstance) -> str:
    """Why the move of a case can't be undone; empty when it can."""
    if row.status not in (MOVED, UNDOING):
        return "it was undone already" if row.status == UNDONE else "it was not moved"
    if row.sent:
        return row.sent
    return "" if row.after == digest(instance.state) else "the case has moved on since"


def _reopen(session: Session, row: MigratedCase) -> None:
    """Open the tasks again that the move ended, with their claims and all that belongs to them; that they say nothing yet
    (``mark``) makes the next writing give them their inbox rows."""
    mine = (UserTask.instance_id == row.instance_id, UserTask.token.in_(row.ended), UserTask.status == "cancelled")
    again = {"status": "open", "ended": None, "ended_by": None, "mark": ""}
    session.execute(update(UserTask).where(*mine).values(**again).execution_options(synchronize_session=False))
