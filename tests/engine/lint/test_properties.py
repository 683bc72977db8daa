"""PW-86x: properties of ours, misspelt, misplaced, and of nobody's."""

from __future__ import annotations

import pytest

from engine.lint import Known
from engine.lint.core import words
from engine.lint.properties import OF_PROCESSES, PROPERTIES
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


def _last(**properties: str) -> str:
    return around(
        f'<scriptTask id="t" scriptFormat="feel" camunda:resultVariable="given">{prop(**properties)}<script>= 1</script></scriptTask>'
    )


LAST = {"lastDay": "last", "lastDayOf": "= &quot;5 days&quot;", "lastDayFrom": "= given"}
REGISTER = Known(clauses=frozenset({"HERE-6.2", "HERE-6.3"}))
#: Properties of which a rule of its own says what they may be, or which may be anything.
OF_THEIR_OWN = words(
    """clause clausePartly forEach formKey holdsCategory keepFor lastDay onBehalf outputCollection payload prefill report
    reportedBy separateFrom visibleTo whileOpen"""
)

_ONCE = '<camunda:property name="timerRule" value="period"/>'
TWICE = (_ONCE, _ONCE + _ONCE.replace("period", "meeting"))
CASES = [
    Case(
        "PW-820",
        _timer(timerRule="period").replace(TWICE[0], TWICE[1]),
        _timer(timerRule="period"),
        also=frozenset({"PW-104"}),
    ),
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
    Case("PW-865", _timer(timerRule="never"), _timer(timerRule="period")),
    Case("PW-865", _timer(catchUp="sometimes"), _timer(catchUp="every")),
    Case("PW-865", _timer(retime="yes"), _timer(retime="true")),
    Case("PW-865", _timer(statutory="yes"), _timer(statutory="true")),
    Case("PW-865", _process(needsSchool="yes"), _process(needsSchool="true")),
    Case("PW-865", _process(cases="several"), _process(cases="many")),
    Case("PW-898", _gateway(clausePartly="HERE-6.2"), _gateway(clause="HERE-6.2", clausePartly="HERE-6.2")),
    Case("PW-866", _gateway(clause="HERE-66.2"), _gateway(clause="HERE-6.2"), known=REGISTER),
    Case("PW-866", _process(clause="HERE-6.2, HERE-7"), _process(clause="HERE-6.2, HERE-6.3"), known=REGISTER),
    Case("PW-867", _last(lastDay="last", lastDayOf="= given"), _last(**LAST)),
    Case("PW-867", _last(lastDayOf="= given", lastDayFrom="= given"), _last(**LAST)),
    Case("PW-863", _process(colour="red"), _process(needsSchool="true")),
    Case("PW-864", _process(whileOpen="wait"), _process(whileOpen="end")),
    Case("PW-864", _process(whileOpen="begin"), _process(whileOpen="begin", cases="many")),
    Case("PW-863", _task(colour="red"), _task(clause="A-1")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_properties(case: Case) -> None:
    prove(case)


def test_what_each_property_may_be_is_known() -> None:
    known = {**OF_PROCESSES, **PROPERTIES}
    assert {name for name, each in known.items() if not (each.reads or each.values)} == OF_THEIR_OWN
