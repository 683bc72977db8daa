"""Lint: the rules that a diagram must keep before it is deployed. A module a subject, a function a rule.

Deployment and ``pathways check`` both call :func:`check`; its errors refuse, its warnings don't.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.diagram import Diagram
from engine.lint import (
    activities,
    blanks,
    codes,
    collaboration,
    copied,
    data,
    decided,
    events,
    expressions,
    flows,
    gateways,
    ignored,
    kept,
    literals,
    messages,
    misspelt,
    nobody,
    properties,
    references,
    said,
    silence,
    structure,
    support,
    timers,
    tokens,
    unread,
    variables,
)
from engine.lint.causes import one_per_cause
from engine.lint.core import Checker, Finding, Known, Look, Rule, Severity, registered, world_of

SUBJECTS = (
    structure,
    flows,
    events,
    codes,
    gateways,
    activities,
    data,
    collaboration,
    references,
    nobody,
    copied,
    kept,
    silence,
    timers,
    expressions,
    literals,
    variables,
    unread,
    decided,
    misspelt,
    blanks,
    said,
    properties,
    messages,
    support,
    ignored,
    tokens,
)
"""The modules that hold rules; importing them is what registers the rules."""

__all__ = ["SUBJECTS", "Checker", "Finding", "Known", "Look", "Rule", "Severity", "check", "check_names", "rules"]


#: The subjects, and the other rules, that tell what the change of a form, a table or a called process breaks elsewhere.
_NAMED = ("variables", "silence", "decided", "misspelt", "said", "nobody")
_OF_TABLES = ("PW-705", "PW-718", "PW-720")


def rules() -> tuple[Rule, ...]:
    """Give every rule, in the order of their codes."""
    return tuple(registered().values())


def check(
    diagrams: Iterable[Diagram], known: Known | None = None, feel: Checker | None = None, strict: bool = True
) -> list[Finding]:
    """Check diagrams that are deployed together; give the findings, sorted by file and line.

    ``known`` says which forms, roles, decisions and processes exist (what it leaves out isn't checked).
    Without ``feel`` expressions aren't parsed. ``strict=False`` takes plain BPMN files from anywhere: rules
    about forms and roles are left out, and some others of our own, which BPMN itself doesn't make, become
    warnings.
    """
    together = tuple(diagrams)
    known = known or Known()
    worlds = world_of(together, known, feel if strict else None)
    looks = [Look(diagram, together, known, feel, strict, worlds) for diagram in together]
    found = [finding for look in looks for finding in one_per_cause(look, _findings(look))]
    return sorted(found, key=lambda finding: (finding.file, finding.line, finding.code))


def _findings(look: Look) -> Iterator[Finding]:
    return (finding for each in rules() for finding in each.findings(look))


def check_names(diagrams: tuple[Diagram, ...], known: Known, feel: Checker) -> list[Finding]:
    """Check only the names and types of diagrams that are deployed already, and what they take of decision tables, after
    something that they use changed."""
    worlds = world_of(diagrams, known, feel)
    looks = [Look(diagram, diagrams, known, feel, strict=True, worlds=worlds) for diagram in diagrams]
    named = [each for each in rules() if each.subject in _NAMED or each.code in _OF_TABLES]
    return [finding for look in looks for each in named for finding in each.findings(look)]
