"""Simple expressions of other engines, offered as FEEL."""

from __future__ import annotations

import pytest

from engine.feel import Feel
from engine.lint.juel import as_feel
from tests.engine.lint.drawing import around, found

SIMPLE = {
    "${approved}": "approved",
    "#{approved}": "approved",
    "=${approved}": "approved",
    " ${ amount > 5 } ": "amount > 5",
    "${amount>=5.5}": "amount >= 5.5",
    "${status == 'open'}": 'status = "open"',
    '${status != "open"}': 'status != "open"',
    "${a && b || c}": "a and b or c",
    "${a and b}": "a and b",
    "${amount gt 5}": "amount > 5",
    "${school.phase eq 'primary'}": 'school.phase = "primary"',
    "${(a + b) * 2 < c}": "(a + b) * 2 < c",
    "${done == true}": "done = true",
    "${note == null}": "note = null",
}
OTHERWISE = [
    "${execution.getVariable('a')}",
    "${!approved}",
    "${empty list}",
    "${a ? 1 : 2}",
    "Dear ${name}",
    "${a}${b}",
    "${list[0]}",
    "${'it\\'s'}",
    "${}",
    "${" + "a" * 10_000 + "}",
    "approved",
    "",
]


@pytest.mark.parametrize("text", SIMPLE)
def test_a_simple_expression_is_offered_as_feel(text: str) -> None:
    assert as_feel(text) == SIMPLE[text]


def test_what_is_offered_is_feel() -> None:
    for offered in SIMPLE.values():
        Feel.shared().check(offered)


@pytest.mark.parametrize("text", OTHERWISE)
def test_what_feel_says_otherwise_is_not_offered(text: str) -> None:
    assert as_feel(text) == ""


def test_the_remedy_shows_the_feel() -> None:
    xml = around('<exclusiveGateway id="t" default="t_e"/><task id="u"/>', "s>t t>u[${amount > 5}] t>e u>e")
    [hit] = [one for one in found(xml) if one.code == "PW-852"]
    assert hit.remedy == 'Write it in FEEL: "= amount > 5".'
