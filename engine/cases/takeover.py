"""One school takes another's place: what that would move, and moving it, by a manager's confirmation.

The cases, live and ended, are put under the new URN; with the live ones their business key, and the keys under which they wait
for messages. The records of the old school stay under its own URN, and whoever reads the new school's reads them too.
Each case's story gets a line; the live ones are told by ``school-changed``, since their school is another one now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine.calendar.files import Calendars
from engine.cases import closing, naming, records, school_changes, stepping, troubles
from engine.cases.stepping import World
from engine.errors import (
    CalendarNotWritten,
    SuccessionDecided,
    SuccessionMoved,
    SuccessionNotFound,
    SuccessionUnclear,
)
from engine.people import followers
from engine.people.register import day_of
from engine.schools import advisers, register, successions, takeovers
from engine.schools.successions import CONFIRMED, REFUSED, WAITING
from engine.schools.takeovers import Clash, Decision, Leaving, LiveCase, PairRow, Plan, Side
from engine.spiff import rekeyed
from engine.steps import MATTERS, Categorised
from engine.store.tables import (
    ACTIVE,
    EventSubscription,
    Message,
    ProcessInstance,
    ReportedEvent,
    School,
    SchoolCategory,
    SchoolSuccession,
)

#: Messages that have not reached anybody yet.
_UNDER_WAY = ("waiting", "kept", "undelivered")


@dataclass(frozen=True)
class _Command:
    """What is being confirmed: the plan, the decision, by whom, and the schools' rows by URN."""

    session: Session
    world: World
    plan: Plan
    decision: Decision
    by: str
    schools: Mapping[str, School]

    @property
    def stopped(self) -> set[int]:
        """The live cases that another one goes on in place of."""
        clashes = self.plan.clashes(self.decision.successors)
        kept = {each: self.decision.goes_on[(each.new, each.process)] for each in clashes}
        return {case.id for each, one in kept.items() if one is not None for case in each.cases if case.id != one}


@dataclass(frozen=True)
class Moved:
    """A live case that another school took over."""

    case: int
    old: str
    new: str


def plan(session: Session, world: World, succession_id: int) -> Plan:
    """What a succession and those that hang together with it would move. Raises SuccessionNotFound."""
    pairs = _pairs(session, succession_id)
    authority = pairs[0].authority
    olds, news = list(dict.fromkeys(p.old_urn for p in pairs)), list(dict.fromkeys(p.new_urn for p in pairs))
    schools = _schools(session, authority, (*olds, *news))
    live = _live(session, world, authority, schools)
    leaving = tuple(_leaving(session, world, schools[urn], pairs, live) for urn in olds)
    return Plan(
        tuple(map(_row, pairs)),
        leaving,
        tuple(_side(world, schools[urn]) for urn in news),
        tuple(case for case in live if case.urn in news),
        tuple(each.id for each in _waiting(session, authority) if each.new_urn in olds),
        tuple(_named(session, world, [schools[urn] for urn in news], leaving)),
    )


def _schools(session: Session, authority: str, urns: Iterable[str]) -> dict[str, School]:
    return {urn: register.find(session, authority, urn) for urn in urns}


def _named(
    session: Session, world: World, schools: Iterable[School], leaving: Iterable[Leaving]
) -> Iterable[tuple[str, str]]:
    """The roles of the old schools' people that the register gives somebody for the new ones today, each with its URN."""
    roles, today = {one.role for each in leaving for one in each.people}, day_of(world.clock.now())
    for school in schools:
        for role in followers.named(session, school.authority, school.urn, today, roles):
            yield school.urn, role


def _first_day(world: World, pairs: Iterable[PairRow | SchoolSuccession]) -> date:
    """From when a school's people are those of the one that follows it: the links' day, or today where it lies ahead or is not
    said, since the cases are the new school's from today."""
    today = day_of(world.clock.now())
    said = [date.fromisoformat(pair.since) for pair in pairs if pair.since]
    return min([today, *said])


def _pairs(session: Session, succession_id: int) -> list[SchoolSuccession]:
    """The succession; while it waits, with all that wait and have its old school or its new one, or those of one that does."""
    first = session.get(SchoolSuccession, succession_id)
    if first is None:
        raise SuccessionNotFound(number=succession_id)
    if first.status != WAITING:
        return [first]
    waiting = _waiting(session, first.authority)
    ends, before = _ends(first), 0
    while len(ends) > before:
        before = len(ends)
        ends |= {end for each in waiting if not ends.isdisjoint(_ends(each)) for end in _ends(each)}
    return [each for each in waiting if not ends.isdisjoint(_ends(each))]


def _ends(pair: SchoolSuccession) -> set[tuple[str, str]]:
    """A school that is followed by one is another matter than the same school following a third."""
    return {("old", pair.old_urn), ("new", pair.new_urn)}


def _waiting(session: Session, authority: str) -> list[SchoolSuccession]:
    chosen = select(SchoolSuccession).where(SchoolSuccession.authority == authority, SchoolSuccession.status == WAITING)
    return list(session.scalars(chosen.order_by(SchoolSuccession.id)))


def _row(pair: SchoolSuccession) -> PairRow:
    decided = pair.decided.isoformat() if pair.decided else ""
    said = (pair.status, decided, pair.decided_by or "", pair.reason or "")
    return PairRow(pair.id, pair.old_urn, pair.new_urn, pair.kind, pair.since, *said)


def _side(world: World, school: School) -> Side:
    own = isinstance(world.calendars, Calendars) and school.urn in world.calendars.schools()
    return Side(school.urn, school.name, school.type, school.status, school.closed, school.category, own)


def _leaving(
    session: Session, world: World, school: School, pairs: Iterable[SchoolSuccession], live: Iterable[LiveCase]
) -> Leaving:
    of_school = [pair for pair in pairs if pair.old_urn == school.urn]
    return Leaving(
        _side(world, school),
        tuple(pair.new_urn for pair in of_school),
        tuple(case for case in live if case.urn == school.urn),
        _count(session, ProcessInstance.id, ProcessInstance.school_urn, school, ProcessInstance.status != ACTIVE),
        _count(session, SchoolCategory.id, SchoolCategory.urn, school),
        _count(session, ReportedEvent.id, ReportedEvent.urn, school),
        tuple(followers.tied(session, school.authority, school.urn, _first_day(world, of_school))),
    )


def _count(session: Session, ident: Any, urn: Any, school: School, *more: Any) -> int:
    chosen = select(func.count(ident)).where(ident.class_.authority == school.authority, urn == school.urn, *more)
    return session.scalar(chosen) or 0


def _live(session: Session, world: World, authority: str, urns: Iterable[str]) -> list[LiveCase]:
    chosen = select(
        ProcessInstance.id, ProcessInstance.process, ProcessInstance.definition_id, ProcessInstance.school_urn
    ).where(
        ProcessInstance.authority == authority,
        ProcessInstance.school_urn.in_(list(urns)),
        ProcessInstance.status == ACTIVE,
    )
    found = []
    for ident, process, definition_id, urn in session.execute(chosen.order_by(ProcessInstance.id)):
        loaded = world.registry.get(session, definition_id)
        found.append(LiveCase(ident, process, loaded.name, urn or "", loaded.many_cases))
    return found


# -- deciding -------------------------------------------------------------------------------------------------------


def confirm(session: Session, world: World, succession_id: int, decision: Decision, by: str) -> list[Moved]:
    """Let the new schools take over, as decided; gives the live cases that moved. The caller commits.

    Raises SuccessionNotFound, SuccessionDecided, SuccessionMoved, SuccessionUnclear and CalendarNotWritten.
    """
    seen = plan(session, world, succession_id)
    urns = [side.urn for side in seen.sides]
    authority = session.get_one(SchoolSuccession, succession_id).authority
    held = _hold(session, authority, urns, [pair.id for pair in seen.pairs])
    seen = plan(session, world, succession_id)
    _check_waits(seen, succession_id)
    if seen.digest != decision.seen:
        raise SuccessionMoved()
    decision = takeovers.completed(seen, decision)
    if missing := takeovers.unclear(seen, decision):
        raise SuccessionUnclear(what="; ".join(missing.values()))
    schools = _schools(session, authority, urns)
    command = _Command(session, world, seen, decision, by, schools)
    moved = [case for each in seen.leaving for case in _move(command, each, held)]
    for side in seen.coming:
        _bring(command, side)
    _settle(command, held)
    return moved


def _hold(session: Session, authority: str, urns: Iterable[str], pairs: Iterable[int]) -> dict[int, ProcessInstance]:
    """Lock the schools' cases, then the schools, as a step does it, then the pairs; gives the cases by id."""
    cases = select(ProcessInstance).where(
        ProcessInstance.authority == authority, ProcessInstance.school_urn.in_(list(urns))
    )
    rows = select(School).where(School.authority == authority, School.urn.in_(list(urns))).order_by(School.urn)
    decided = select(SchoolSuccession).where(SchoolSuccession.id.in_(list(pairs))).order_by(SchoolSuccession.id)
    again = {"populate_existing": True}
    held = session.scalars(cases.order_by(ProcessInstance.id).with_for_update(), execution_options=again).all()
    session.scalars(rows.with_for_update(), execution_options=again).all()
    session.scalars(decided.with_for_update(), execution_options=again).all()
    return {case.id: case for case in held}


def _check_waits(seen: Plan, succession_id: int) -> None:
    if not seen.waits:
        raise SuccessionDecided(number=succession_id)


def _move(command: _Command, leaving: Leaving, held: Mapping[int, ProcessInstance]) -> list[Moved]:
    """Put the cases of a school under the URN of the one that takes over, each with a line in its story."""
    old, new = leaving.school.urn, command.decision.successors[leaving.school.urn]
    session, now = command.session, command.world.clock.now()
    school, before = command.schools[new], register.variable(command.schools[old])
    said = f"{leaving.school.name} (URN {old}) is followed by {school.name} (URN {new}), which took this case over."
    moved = [each for each in held.values() if each.school_urn == old]
    records.rehouse(session, [each.id for each in moved], new)
    for case in moved:
        case.school_urn = new
        records.add_line(session, case, now, "moved", command.by, {"from": old, "to": new, "reason": said})
    for live in leaving.live:
        _rename(session, held[live.id], successions.key_names(old, new))
    _readdress(command, old, new)
    session.flush()
    return _tell(command, leaving, school, before)


def _tell(command: _Command, leaving: Leaving, school: School, before: Mapping[str, Any]) -> list[Moved]:
    """Tell the live cases that go on that their school is another one now; gives these."""
    after = register.variable(school)
    fields = ["urn", *(name for name in MATTERS if before[name] != after[name])]
    going = [case.id for case in leaving.live if case.id not in command.stopped]
    for ident in going:
        school_changes.send(command.session, command.world, ident, school, before, fields)
    return [Moved(ident, leaving.school.urn, school.urn) for ident in going]


def _rename(session: Session, case: ProcessInstance, names: Mapping[str, str]) -> None:
    """Let a live case be found under the new URN."""
    case.business_key = names.get(case.business_key, case.business_key)
    case.state = rekeyed(case.state, names)
    for old, new in names.items():
        mine = update(EventSubscription).where(EventSubscription.instance_id == case.id, EventSubscription.key == old)
        session.execute(mine.values(key=new))


def _readdress(command: _Command, old: str, new: str) -> None:
    """Let messages that are under way to the old school reach the new one. One that found nobody, as a process that begins for
    open schools only, is looked for again: the school was closed when it was sent."""
    authority = command.schools[new].authority
    chosen = select(Message).where(Message.authority == authority, Message.status.in_(_UNDER_WAY))
    for message in command.session.scalars(chosen).all():
        keys = successions.renamed(message.keys, old, new)
        if keys != message.keys:
            message.keys = keys
            if message.trouble == "nobody":
                troubles.send(command.session, command.world, message)


def _bring(command: _Command, side: Side) -> None:
    """The new school's category, adviser, people and calendar."""
    arriving = command.plan.arriving(side.urn, command.decision.successors)
    if not arriving:
        return
    school, now = command.schools[side.urn], command.world.clock.now()
    category = command.decision.categories.get(side.urn, "")
    if category and category != school.category:
        source = next(each.school for each in arriving if each.school.category == category)
        school.category = category
        reason = f"Taken over from {source.name} (URN {source.urn})."
        command.session.add(register.category_line(school, Categorised(category, reason), now, None))
    held = advisers.today_s(command.session, school.authority, [side.urn, *(each.school.urn for each in arriving)])
    others = set(held.values())
    if side.urn not in held and len(others) == 1:
        before = naming.ties(command.session, command.world, school.authority)
        advisers.put(command.session, school.authority, side.urn, others.pop())
        naming.tell(command.session, command.world, school.authority, before, command.by)
    _tie_people(command, side)
    _hand_on_calendar(command, side)


def _tie_people(command: _Command, side: Side) -> None:
    for one in command.plan.following(side.urn, command.decision.successors):
        pair = next(each for each in command.plan.pairs if (each.old, each.new) == (one.urn, side.urn))
        followers.tie(command.session, one.id, side.urn, _first_day(command.world, [pair]))


def _hand_on_calendar(command: _Command, side: Side) -> None:
    calendars = command.plan.calendars(side.urn, command.decision.successors)
    if len(calendars) != 1 or not isinstance(command.world.calendars, Calendars):
        return
    try:
        command.world.calendars.hand_on(calendars[0], side.urn)
    except OSError as error:
        raise CalendarNotWritten(old=calendars[0], new=side.urn, reason=error.strerror or str(error)) from None


def _settle(command: _Command, held: Mapping[int, ProcessInstance]) -> None:
    """End or note the cases that stand beside one another, and write what was decided to the pairs."""
    for clash in command.plan.clashes(command.decision.successors):
        _settle_clash(command, clash, held)
    now = command.world.clock.now()
    for pair in command.plan.pairs:
        row = command.session.get_one(SchoolSuccession, pair.id)
        row.status = takeovers.outcome(pair, command.decision, CONFIRMED)
        row.decided, row.decided_by = now, command.by
        if row.status == CONFIRMED:
            row.moved = _summary(command, pair)


def _settle_clash(command: _Command, clash: Clash, held: Mapping[int, ProcessInstance]) -> None:
    """Let one case go on and stop the others, or let all go on with a note."""
    session, world, kept = command.session, command.world, command.decision.goes_on[(clash.new, clash.process)]
    name, now = command.plan.name(clash.new), world.clock.now()
    if kept is not None:
        for ident in (case.id for case in clash.cases if case.id != kept):
            stepping.stop(session, world, held[ident], f"Case {kept} goes on for {name} in its place.", command.by)
        return
    for case in clash.cases:
        beside = ", ".join(str(each.id) for each in clash.cases if each.id != case.id)
        said = f"{name} has several live cases of “{clash.name}” now: this one and {beside}. A message to them may fit both."
        records.add_line(session, held[case.id], now, "noted", command.by, {"reason": said})


def _summary(command: _Command, pair: PairRow) -> dict[str, Any]:
    leaving = next(each for each in command.plan.leaving if each.school.urn == pair.old)
    live = {case.id for case in leaving.live}
    return {
        "cases": len(live) + leaving.ended,
        "live": sorted(live),
        "stopped": sorted(live & command.stopped),
        "category": command.decision.categories.get(pair.new, ""),
        "calendar": command.plan.calendars(pair.new, command.decision.successors) == [pair.old],
        "people": [
            {"name": one.name, "role": one.role}
            for one in command.plan.following(pair.new, command.decision.successors)
            if one.urn == pair.old and not one.excluded
        ],
    }


def refuse(session: Session, world: World, succession_id: int, reason: str, by: str) -> None:
    """Nothing is taken over: the schools stay apart, with the reason, and cases that end with their school do.

    Raises SuccessionNotFound, SuccessionDecided.
    """
    pairs = _pairs(session, succession_id)
    for pair in pairs:
        session.refresh(pair, with_for_update={"of": SchoolSuccession})
        if pair.status != WAITING:
            raise SuccessionDecided(number=succession_id)
        pair.status, pair.reason = REFUSED, reason
        pair.decided, pair.decided_by = world.clock.now(), by
    session.flush()
    for live in _live(session, world, pairs[0].authority, dict.fromkeys(pair.old_urn for pair in pairs)):
        closing.end_with_school(
            session, world, live.id, by
        )  # nobody follows the school, so they end where it has closed


def reopen(session: Session, succession_id: int) -> None:
    """Let a refused succession wait for a manager again. Raises SuccessionNotFound, SuccessionDecided."""
    pair = session.get(SchoolSuccession, succession_id)
    if pair is None:
        raise SuccessionNotFound(number=succession_id)
    session.refresh(pair, with_for_update={"of": SchoolSuccession})
    if pair.status != REFUSED:
        raise SuccessionDecided(number=succession_id)
    pair.status, pair.reason, pair.decided, pair.decided_by = WAITING, None, None, None
