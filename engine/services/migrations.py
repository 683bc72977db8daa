"""Moving running cases to another version of their process: what it would come to, doing it, and taking it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import queries
from engine.cases import migration
from engine.deployments.registry import Loaded
from engine.errors import (
    MigrationElsewhere,
    MigrationNotFound,
    NotAMover,
    NothingToMove,
    ReasonMissing,
    StateUnreadable,
)
from engine.people import permissions
from engine.queries import DefinitionRow, LiveState
from engine.spiff import Gap, Plan, Spot, plan
from engine.store.tables import MigratedCase, Migration, ProcessDefinition
from engine.store.tenancy import Scope, unconfined
from engine.transactions import Transactions

#: What a plan says of a case: it stands at the same place; where somebody chose; an element has to be chosen; it can't.
SAME, CHOSEN, GAP, CANNOT = "same", "chosen", "gap", "cannot"


@dataclass(frozen=True)
class Move:
    """How cases are to be moved: the elements that were chosen for gaps ({key of a spot: element}), whether timers and due
    dates are worked out again or keep their dates, and whether what failed is tried again."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    new_timers: bool = False
    new_due_dates: bool = False
    retries: bool = False


@dataclass(frozen=True)
class CasePlan:
    """What a move would come to for one case: SAME, CHOSEN, GAP or CANNOT, where it stands, and why it can't be moved."""

    id: int
    version: int
    business_key: str
    school_name: str
    verdict: str
    at: tuple[str, ...]
    why: tuple[str, ...] = ()
    seen: bool = True
    """Whether who asks may see the case: of others it is not said which they are."""


@dataclass(frozen=True)
class Effect:
    """Something that would happen in several cases. ``what``: goes-on or anew (from ``at`` to ``to``), lost (``at`` waits no
    more) or fresh (``to`` begins to wait)."""

    what: str
    at: Spot | None
    to: Spot | None
    cases: int


@dataclass(frozen=True)
class MigrationPlan:
    """What moving the running cases of a process to a version would come to."""

    target: DefinitionRow
    cases: tuple[CasePlan, ...]
    gaps: tuple[tuple[Gap, int], ...]
    """What is or has to be chosen, with the number of cases that stand there."""
    effects: tuple[Effect, ...]

    def counted(self, *verdicts: str) -> int:
        """How many cases have one of these verdicts."""
        return sum(case.verdict in verdicts for case in self.cases)

    @property
    def movable(self) -> list[int]:
        """The cases that can be moved."""
        return [case.id for case in self.cases if case.verdict in (SAME, CHOSEN)]


class Migrations:
    """Moves of running cases to another version of their process."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def plan(self, target: int, by: Scope, mapping: Mapping[str, str] | None = None) -> MigrationPlan:
        """What moving every running case of a process to this version of it would come to. Raises DefinitionNotFound."""
        with self._transactions.reading(by) as session:
            row = queries.definition(session, target)
            authority = _authority(session, target)
            seen = queries.seen_cases(session, authority, row.key)
            with unconfined(session):
                live = queries.live_states(session, authority, row.key, target)
                return self._plan(session, row, live, mapping or {}, seen)

    def _plan(
        self,
        session: Session,
        row: DefinitionRow,
        cases: Iterable[LiveState],
        mapping: Mapping[str, str],
        seen: Collection[int],
    ) -> MigrationPlan:
        after = self._world.registry.get(session, row.id)
        found = _Found(seen)
        for case in cases:
            found.add(case, self._one(session, case, after, mapping))
        return MigrationPlan(row, tuple(found.cases), tuple(found.gaps.values()), tuple(found.effects.values()))

    def _one(self, session: Session, case: LiveState, after: Loaded, mapping: Mapping[str, str]) -> Plan:
        before = self._world.registry.get(session, case.definition_id)
        try:
            return plan(before.definition, after.definition, case.state, mapping)
        except StateUnreadable as unreadable:
            return Plan(0, problems=[str(unreadable).rstrip(".")])

    def begin(
        self, target: int, reason: str, by: str | Scope, move: Move | None = None, cases: Collection[int] | None = None
    ) -> int:
        """Have running cases moved to this version of their process: these, or all that are on another one. Gives the number of
        the move; the worker moves them, each in a transaction, and those that can't be moved stay and say why. Who asks for the
        same twice at once (a second click) gets the first.

        Raises DefinitionGone, MigrationElsewhere for cases of another process, NothingToMove, NotAMover, ReasonMissing.
        """
        scope, how = self._mover(by, reason), move or Move()
        with self._transactions.writing(scope) as session:
            row = queries.definition(session, target)
            authority = session.get_one(
                ProcessDefinition, target, with_for_update=True
            ).authority  # clicks wait in line
            now = self._world.clock.now()
            made = Migration(
                authority=authority,
                definition_id=target,
                process=row.key,
                mapping=dict(how.mapping),
                new_timers=how.new_timers,
                new_due_dates=how.new_due_dates,
                retries=how.retries,
                reason=reason.strip(),
                by=scope.username,
                begun=now,
            )
            if (first := migration.begun_just_now(session, made, cases)) is not None:
                return first
            with unconfined(session):
                states = queries.live_states(session, authority, row.key, target)
            live = {case.id: case.definition_id for case in states}
            chosen = list(live) if cases is None else sorted(set(cases))
            if not chosen:
                raise NothingToMove(process=row.name)
            if unknown := set(chosen) - set(live):
                self._check_known(session, unknown, row)
            return migration.begin(session, made, [(each, live.get(each, target)) for each in chosen], now)

    def _mover(self, by: str | Scope, reason: str) -> Scope:
        scope = permissions.who(by)
        home = self._world.config.authorities.get(scope.authority)
        if not any(permissions.may(home, scope, each) for each in ("manage", "own-processes")):
            raise NotAMover()
        if not reason.strip():
            raise ReasonMissing()
        return scope

    def _check_known(self, session: Session, unknown: Iterable[int], row: DefinitionRow) -> None:
        """Cases that have ended, or were moved meanwhile, are taken and stay; those of another process are refused."""
        for each in sorted(unknown):
            other = queries.instance(session, each)
            if other.process != row.key:
                raise MigrationElsewhere(process=other.process_name, other=row.name)

    def finish(self, migration_id: int) -> None:
        """Move, or take back, what waits of a move now and without the worker: for the command line."""
        scope = Scope.all_authorities()
        with self._transactions.reading(scope) as session:
            asked = MigratedCase.status.in_((migration.WAITING, migration.UNDOING))
            waits = select(MigratedCase.id).where(MigratedCase.migration_id == migration_id, asked)
            waiting = list(session.scalars(waits.order_by(MigratedCase.id)))
        for each in waiting:
            with self._transactions.writing(scope) as session:
                migration.do(session, self._world, each)

    def undo_case(self, row_id: int, reason: str, by: str | Scope) -> None:
        """Take the move of one case back now. Raises MigrationNotFound, MigrationMovedOn, NotAMover,
        ReasonMissing."""
        scope = self._mover(by, reason)
        with self._transactions.writing(scope) as session:
            row = session.get(MigratedCase, row_id)
            if row is None:
                raise MigrationNotFound(migration=row_id)
            migration.undo(session, self._world, row, scope.username, reason.strip())

    def undo(self, migration_id: int, reason: str, by: str | Scope) -> int:
        """Have the moves of all cases taken back that have not moved on since; how many the worker is asked for. Those that have
        moved on by then stay, and say so. Raises MigrationNotFound, NotAMover, ReasonMissing."""
        scope = self._mover(by, reason)
        with self._transactions.writing(scope) as session:
            queries.migration(session, migration_id)
            mine = (MigratedCase.migration_id == migration_id, MigratedCase.status == migration.MOVED)
            with unconfined(session):
                rows = session.scalars(select(MigratedCase).where(*mine).with_for_update()).all()
                migration.ask_undo(session, rows, scope.username, reason.strip(), self._world.clock.now())
                session.flush()
            return len(rows)


def _authority(session: Session, definition_id: int) -> str:
    """Whose a version is, also for whoever may act in all authorities."""
    return session.get_one(ProcessDefinition, definition_id).authority


class _Found:
    """What plans of single cases come to together."""

    def __init__(self, seen: Collection[int]) -> None:
        self.seen = seen
        self.cases: list[CasePlan] = []
        self.gaps: dict[str, tuple[Gap, int]] = {}
        self.effects: dict[tuple[str, str, str], Effect] = {}

    def add(self, case: LiveState, found: Plan) -> None:
        verdict = _verdict(found)
        at = [*found.stays, *(each.at for each in found.moved), *(gap.at for gap in found.gaps)]
        places = tuple(dict.fromkeys(each.name for each in at))
        why = tuple(f"{each}." for each in found.problems)
        names = (case.business_key, case.school_name) if case.id in self.seen else ("", "")
        self.cases.append(CasePlan(case.id, case.version, *names, verdict, places, why, case.id in self.seen))
        for gap in found.asked:
            known, number = self.gaps.get(gap.at.key, (gap, 0))
            self.gaps[gap.at.key] = (known, number + 1)
        if found.can:
            self._effects(found)

    def _effects(self, found: Plan) -> None:
        told = [Effect("goes-on" if each.goes_on else "anew", each.at, each.to, 0) for each in found.moved]
        told += [Effect("lost", each, None, 0) for each in found.lost]
        told += [Effect("fresh", None, each, 0) for each in found.fresh]
        for key, effect in {_key(each): each for each in told}.items():
            number = self.effects[key].cases if key in self.effects else 0
            self.effects[key] = replace(effect, cases=number + 1)


def _key(effect: Effect) -> tuple[str, str, str]:
    return effect.what, effect.at.key if effect.at else "", effect.to.key if effect.to else ""


def _verdict(found: Plan) -> str:
    if found.problems:
        return CANNOT
    if found.gaps:
        return GAP
    return CHOSEN if found.moved else SAME
