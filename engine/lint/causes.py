"""One cause, one finding: what follows only from a fault that is reported anyway is left out.

Nothing is let through by this: a finding goes only where another stays, and an error only for an error.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.diagram import Diagram
from engine.lint.core import Finding, Look, words

_FOLLOWS: Mapping[str, frozenset[str]] = {
    "PW-802": words("PW-809"),
    "PW-803": words("PW-809"),
    "PW-852": words("PW-802 PW-803"),
    "PW-853": words("PW-851 PW-859"),
    "PW-855": words("PW-851"),
    "PW-901": words("PW-303 PW-304 PW-417 PW-420 PW-902 PW-903"),
    "PW-904": words("PW-417 PW-701 PW-702"),
    "PW-905": words("PW-417 PW-701"),
    "PW-911": words("PW-417"),
    "PW-912": words("PW-702"),
}
"""By the code of a cause, what it may bring about at the same element: a task with a Java class has no topic."""

_BROKEN = words("PW-005 PW-101 PW-102 PW-103 PW-104 PW-105")
"""A flow that leads nowhere, or an element that can't be read: how its neighbours hang together isn't known."""
_CONNECTION = words(
    """PW-013 PW-110 PW-111 PW-113 PW-114 PW-115 PW-116 PW-121 PW-122 PW-123 PW-124 PW-202 PW-204 PW-205 PW-206 PW-208
    PW-301 PW-302 PW-305"""
)
_UNIDENTIFIED = words("PW-001 PW-002")
_OTHER_ENGINE = "PW-906"
_UNSAID = words("PW-407 PW-414 PW-415 PW-416 PW-417 PW-418 PW-419 PW-701 PW-702 PW-853")
"""What an element lacks when it is said in the extensions of another engine."""


def one_per_cause(look: Look, findings: Iterable[Finding]) -> list[Finding]:
    """Give the findings of one diagram without those that only follow from another of them."""
    found = _without_followers(list(findings))
    found = _without_neighbours(look.diagram, found)
    found = _without_ways_out(look.diagram, _without_lanes(found))
    return _roles_once(_of_other_engines(found))


def _without_followers(findings: list[Finding]) -> list[Finding]:
    following = {
        (one.element, code)
        for one in findings
        if one.element and one.severity == "error"
        for code in _FOLLOWS.get(one.code, ())
    }
    return [one for one in findings if (one.element, one.code) not in following]


def _without_neighbours(diagram: Diagram, findings: list[Finding]) -> list[Finding]:
    """Leave out what is said of the connections of elements that have lost one, or their id."""
    scopes = _broken_scopes(diagram, findings)
    lost = {one.code for one in findings} & _UNIDENTIFIED
    return [
        one
        for one in findings
        if one.code not in _CONNECTION
        or not (_scope(diagram, one.element) in scopes or (lost and one.element not in diagram.holders))
    ]


def _broken_scopes(diagram: Diagram, findings: list[Finding]) -> set[str]:
    broken = {one.element for one in findings if one.code in _BROKEN and one.severity == "error"}
    ends = {end for ref in broken & diagram.flows.keys() for end in _ends(diagram, ref)}
    strays = {stray.parent for stray in diagram.strays if not stray.foreign}
    return ({_scope(diagram, ref) for ref in broken | ends} | strays) - {""}


def _ends(diagram: Diagram, flow: str) -> tuple[str, str]:
    return diagram.flows[flow].source, diagram.flows[flow].target


def _scope(diagram: Diagram, ref: str) -> str:
    """Give the process or subprocess in which ``ref`` stands; for a process itself, its own key."""
    if ref in diagram.elements:
        return diagram.elements[ref].parent
    if ref in diagram.flows:
        return diagram.flows[ref].scope
    return ref if ref in diagram.processes else ""


def _of_other_engines(findings: list[Finding]) -> list[Finding]:
    """Let a file that is made for another engine be one fault, and not one at each element."""
    causes = [one for one in findings if one.code == _OTHER_ENGINE]
    if not causes:
        return findings
    unsaid = {one.element for one in findings if one.code in _UNSAID and one.severity == "error"}
    counted = [_counted(cause, len(unsaid)) for cause in causes]
    return counted + [one for one in findings if one.code not in _UNSAID | {_OTHER_ENGINE}]


def _counted(cause: Finding, elements: int) -> Finding:
    if not elements:
        return cause
    things = "one element lacks" if elements == 1 else f"{elements} elements lack"
    return replace(cause, severity="error", message=f"{cause.message} So {things} a form, a role or something to do.")


_NO_DEFAULT, _WRONG_DEFAULT, _WAY_OUT = "PW-304", "PW-107", "PW-303"
_LANE_HOLDS_NOTHING, _IN_NO_LANE = "PW-608", "PW-610"


def _without_ways_out(diagram: Diagram, findings: list[Finding]) -> list[Finding]:
    """A way out of a gateway that is neither the default nor has a condition is one fault: of the default flow, where that
    is another gateway's, else of the way out."""
    wrong = {one.element for one in findings if one.code == _WRONG_DEFAULT}
    ways = {one.element: _source(diagram, one.element) for one in findings if one.code == _WAY_OUT}
    sources = set(ways.values())

    def follows(one: Finding) -> bool:
        if one.code == _NO_DEFAULT:
            return one.element in sources
        return one.code == _WAY_OUT and ways[one.element] in wrong

    return [one for one in findings if not follows(one)]


def _source(diagram: Diagram, flow: str) -> str:
    return diagram.flows[flow].source if flow in diagram.flows else flow


def _without_lanes(findings: list[Finding]) -> list[Finding]:
    """A lane that names nothing leaves something out, and that has no lane then."""
    lost = any(one.code == _LANE_HOLDS_NOTHING for one in findings)
    twice = any(one.code in _UNIDENTIFIED for one in findings)
    gone = ({_IN_NO_LANE} if lost else set()) | ({_LANE_HOLDS_NOTHING} if twice else set())
    return [one for one in findings if one.code not in gone]


_ROLES = words("PW-704 PW-708 PW-711 PW-893")
_QUOTED = re.compile(r'there is no role "([^"]*)"')


def _roles_once(findings: list[Finding]) -> list[Finding]:
    """A role that there is not is one fault, in however many places it is named."""
    roles = [_role(one) for one in findings]
    counts = Counter(roles)
    firsts = {role: one for role, one in zip(reversed(roles), reversed(findings), strict=True)}
    return [
        _named(one, counts[role] - 1) if role else one
        for role, one in zip(roles, findings, strict=True)
        if not role or firsts[role] is one
    ]


def _role(one: Finding) -> str:
    """The role that a finding says there is not; empty when it is about something else."""
    found = _QUOTED.search(one.message) if one.code in _ROLES else None
    return found[1] if found else ""


def _named(one: Finding, more: int) -> Finding:
    if not more:
        return one
    return replace(one, message=f"{one.message} It is named in {more} more place{'s' if more > 1 else ''}.")
