"""What one school would take over from another, and what a manager decides about it. Plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2s
from json import dumps

from engine.schools.successions import PASSED, WAITING


@dataclass(frozen=True)
class Side:
    """A school of a succession, as the register has it; ``calendar`` says whether it keeps one of its own."""

    urn: str
    name: str
    type: str
    status: str
    closed: bool
    category: str
    calendar: bool


@dataclass(frozen=True)
class LiveCase:
    """A live case of one of the schools, by its URN."""

    id: int
    process: str
    name: str
    urn: str
    many: bool
    """Whether a school may have several of the process."""


@dataclass(frozen=True)
class Tied:
    """Somebody whom the register of people ties to a school by its URN, in a role; or takes out of it (``excluded``)."""

    urn: str
    id: int
    name: str
    role: str
    excluded: bool


@dataclass(frozen=True)
class Leaving:
    """A school that is followed, by which others (one, unless it was split), and what it would hand on: how many cases that
    have ended, lines of its categories, and events that were reported."""

    school: Side
    to: tuple[str, ...]
    live: tuple[LiveCase, ...]
    ended: int
    categories: int
    events: int
    people: tuple[Tied, ...] = ()


@dataclass(frozen=True)
class PairRow:
    """One pair of the register, what it says, and what became of it."""

    id: int
    old: str
    new: str
    kind: str
    since: str
    status: str
    decided: str
    decided_by: str
    reason: str


@dataclass(frozen=True)
class Clash:
    """Live cases of one process that a school would have beside one another, which that process does not allow."""

    new: str
    process: str
    name: str
    cases: tuple[LiveCase, ...]


@dataclass(frozen=True)
class Plan:
    """The pairs that hang together (a merger has several old schools, a split several new ones), and all that is in them."""

    pairs: tuple[PairRow, ...]
    leaving: tuple[Leaving, ...]
    coming: tuple[Side, ...]
    own: tuple[LiveCase, ...] = ()
    """The live cases that the new schools have already."""
    earlier: tuple[int, ...] = ()
    """The successions to decide first: by them an old school here is to follow another."""
    named: tuple[tuple[str, str], ...] = ()
    """The new schools' URNs, each with a role that the register of people gives somebody for it already."""

    @property
    def digest(self) -> str:
        """A text that changes with anything that would be taken over."""
        return blake2s(dumps(asdict(self)).encode(), digest_size=16).hexdigest()

    @property
    def waits(self) -> bool:
        """Whether a manager has yet to decide."""
        return all(pair.status == WAITING for pair in self.pairs)

    @property
    def is_merger(self) -> bool:
        """Whether several schools became one."""
        return len(self.leaving) > 1

    def name(self, urn: str) -> str:
        """What a school of it is called."""
        return next(side.name for side in self.sides if side.urn == urn)

    @property
    def sides(self) -> tuple[Side, ...]:
        """All its schools, the old ones first."""
        return (*(each.school for each in self.leaving), *self.coming)

    def arriving(self, new: str, successors: Mapping[str, str] | None = None) -> list[Leaving]:
        """The old schools that this one takes over from, as decided; without a decision all that it may."""
        if successors is None:
            return [each for each in self.leaving if new in each.to]
        return [each for each in self.leaving if successors.get(each.school.urn) == new]

    def clashes(self, successors: Mapping[str, str] | None = None) -> list[Clash]:
        """Where a school would have several live cases of a process; without a decision, where it could."""
        return [clash for side in self.coming for clash in self._clashes(side.urn, successors)]

    def _clashes(self, new: str, successors: Mapping[str, str] | None) -> Iterable[Clash]:
        arriving = [case for each in self.arriving(new, successors) for case in each.live]
        for process in dict.fromkeys(case.process for case in arriving):
            cases = [case for case in (*arriving, *self._own(new)) if case.process == process and not case.many]
            if len(cases) > 1:
                yield Clash(new, process, cases[0].name, tuple(sorted(cases, key=lambda case: case.id)))

    def _own(self, new: str) -> list[LiveCase]:
        return [case for case in self.own if case.urn == new]

    def categories(self, new: str, successors: Mapping[str, str] | None = None) -> list[str]:
        """The categories that the new school could be in: its own, and those of the schools that it takes over from."""
        own = next(side.category for side in self.coming if side.urn == new)
        found = [own, *(each.school.category for each in self.arriving(new, successors))]
        return list(dict.fromkeys(each for each in found if each))

    def following(self, new: str, successors: Mapping[str, str] | None = None) -> list[Tied]:
        """The people of the old schools who are tied to the new one: those in whose role it has nobody yet. Where several old
        schools have somebody each, as in a merger, nobody knows who it will be: then none of them is."""
        arriving = [one for each in self.arriving(new, successors) for one in each.people]
        free = _from_one_school(arriving) - {role for urn, role in self.named if urn == new}
        return [one for one in arriving if one.excluded or one.role in free]

    def calendars(self, new: str, successors: Mapping[str, str] | None = None) -> list[str]:
        """The URNs of the schools whose own calendar the new one could take: none where it keeps one."""
        if next(side.calendar for side in self.coming if side.urn == new):
            return []
        return [each.school.urn for each in self.arriving(new, successors) if each.school.calendar]


def _from_one_school(people: Iterable[Tied]) -> set[str]:
    """The roles that people of one school only hold."""
    found: dict[str, set[str]] = {}
    for one in people:
        if not one.excluded:
            found.setdefault(one.role, set()).add(one.urn)
    return {role for role, urns in found.items() if len(urns) == 1}


@dataclass(frozen=True)
class Decision:
    """What a manager decided: which school takes over from each old one, of each clash (new URN and process) the case that goes
    on alone (none: all go on), and each new school's category. ``seen`` is the digest of the plan that was looked at."""

    seen: str
    successors: Mapping[str, str] = field(default_factory=dict)
    goes_on: Mapping[tuple[str, str], int | None] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)


def completed(plan: Plan, decision: Decision) -> Decision:
    """The decision with what needs no choice filled in."""
    only = {each.school.urn: each.to[0] for each in plan.leaving if len(each.to) == 1}
    successors = {**only, **decision.successors}
    sure = {side.urn: found[0] for side in plan.coming if len(found := plan.categories(side.urn, successors)) == 1}
    return Decision(decision.seen, successors, decision.goes_on, {**sure, **decision.categories})


def unclear(plan: Plan, decision: Decision) -> dict[str, str]:
    """What a manager has not said yet, or wrongly: the name of each question and what is asked. ``decision`` is completed."""
    if plan.earlier:
        return {
            "earlier": f"Decide first about succession {plan.earlier[0]}, by which one of these schools follows another"
        }
    followed = {
        f"to-{each.school.urn}": f"Select the school that follows {each.school.name}"
        for each in plan.leaving
        if decision.successors.get(each.school.urn) not in each.to
    }
    return {**followed, **_unclear_cases(plan, decision), **_unclear_categories(plan, decision)}


def _unclear_cases(plan: Plan, decision: Decision) -> dict[str, str]:
    return {
        f"case-{clash.new}-{clash.process}": f"Select which case of “{clash.name}” goes on"
        for clash in plan.clashes(decision.successors)
        if decision.goes_on.get((clash.new, clash.process), 0) not in {None, *(case.id for case in clash.cases)}
    }


def _unclear_categories(plan: Plan, decision: Decision) -> dict[str, str]:
    taking = (side for side in plan.coming if plan.arriving(side.urn, decision.successors))
    choices = {side: plan.categories(side.urn, decision.successors) for side in taking}
    return {
        f"category-{side.urn}": f"Select the category of {side.name}"
        for side, found in choices.items()
        if found and decision.categories.get(side.urn) not in found
    }


def outcome(pair: PairRow, decision: Decision, confirmed: str) -> str:
    """The status of a pair after a decision: that of the school that takes over, or that another one did."""
    return confirmed if decision.successors[pair.old] == pair.new else PASSED
