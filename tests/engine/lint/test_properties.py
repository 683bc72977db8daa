"""PW-86x: properties of ours, misspelt, misplaced, and of nobody's."""

from __future__ import annotations

import pytest

from tests.engine.lint.drawing import TIMER, Case, around, draw, prop, prove


def _timer(**properties: str) -> str:
    return around(f'<intermediateCatchEvent id="t">{prop(**properties)}{TIMER}</intermediateCatchEvent>')


def _task(**properties: str) -> str:
    return around(f'<userTask id="t">{prop(**properties)}</userTask>')


def _process(**properties: str) -> str:
    """A process with properties of its own."""
    return draw(f'{prop(**properties)}<startEvent id="s"/><task id="t"/><endEvent id="e"/>', "s>t t>e")


def _gateway(**properties: str) -> str:
    return around(f'<exclusiveGateway id="t">{prop(**properties)}</exclusiveGateway>')


CASES = [
    Case("PW-861", _timer(timerrule="period"), _timer(timerRule="period"), strict=True, also=frozenset({"PW-104"})),
    Case("PW-862", _task(timerRule="period"), _timer(timerRule="period"), strict=True, also=frozenset({"PW-104"})),
    Case("PW-861", _process(startwhen="= school.academy"), _process(startWhen="= school.academy"), strict=True),
    Case(
        "PW-862",
        _gateway(onlyWhen="= school.maintained"),
        _task(onlyWhen="= school.maintained"),
        strict=True,
        also=frozenset({"PW-701", "PW-702"}),
    ),
    Case("PW-863", _process(colour="red"), _process(needsSchool="true")),
    Case("PW-864", _process(whileOpen="wait"), _process(whileOpen="end")),
    Case("PW-864", _process(whileOpen="begin"), _process(whileOpen="begin", cases="many")),
    Case("PW-863", _task(colour="red"), _task(clause="A-1")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_properties(case: Case) -> None:
    prove(case)
