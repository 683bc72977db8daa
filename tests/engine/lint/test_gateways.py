"""PW-3xx: gateways."""

from __future__ import annotations

import pytest

from tests.engine.lint.drawing import MESSAGE, ON_MESSAGE, ON_SIGNAL, SIGNAL, TIMER, Case, around, prove

ROOTS = MESSAGE + SIGNAL


def _catch(key: str, definition: str) -> str:
    return f'<intermediateCatchEvent id="{key}">{definition}</intermediateCatchEvent>'


def _race(body: str, sequence: str, attributes: str = "") -> str:
    return around(f'<eventBasedGateway id="t" {attributes}/>{body}', f"s>t {sequence}", ROOTS)


A, B = _catch("a", TIMER), _catch("b", ON_MESSAGE)
RACE = _race(A + B, "t>a t>b a>e b>e")
RECEIVE = '<receiveTask id="r" messageRef="m"/>'
TASK = '<task id="u"/>'
DECIDING = around('<exclusiveGateway id="t" default="t_e"/>' + TASK, "s>t t>u[a] t>e u>e")
SPLIT = around('<parallelGateway id="t" gatewayDirection="Diverging"/>' + TASK, "s>t t>u t>e u>e")

CASES = [
    Case("PW-301", around('<exclusiveGateway id="t"/>'), DECIDING),
    Case("PW-302", around('<parallelGateway id="t" gatewayDirection="Converging"/>' + TASK, "s>t t>u t>e u>e"), SPLIT),
    Case("PW-302", around('<parallelGateway id="t" gatewayDirection="Mixed"/>'), SPLIT),
    Case("PW-303", around('<exclusiveGateway id="t"/>' + TASK, "s>t t>u[a] t>e u>e"), DECIDING),
    Case(
        "PW-303",
        around('<inclusiveGateway id="t"/>' + TASK, "s>t t>u[a] t>e u>e"),
        around('<inclusiveGateway id="t" default="t_e"/>' + TASK, "s>t t>u[a] t>e u>e"),
    ),
    Case("PW-304", around('<exclusiveGateway id="t"/>' + TASK, "s>t t>u[a] t>e[b] u>e"), DECIDING),
    Case("PW-305", _race(A, "t>a a>e"), RACE),
    Case("PW-312", _race(B + _catch("c", ON_MESSAGE), "t>b t>c b>e c>e"), RACE),
    Case("PW-306", _race(A + TASK, "t>a t>u a>e u>e"), RACE),
    Case("PW-307", _race(B + RECEIVE, "t>b t>r b>e r>e"), _race(A + RECEIVE, "t>a t>r a>e r>e")),
    Case(
        "PW-308",
        _race(f'{A}{RECEIVE}<boundaryEvent id="x" attachedToRef="r">{TIMER}</boundaryEvent>', "t>a t>r a>e r>e x>e"),
        _race(A + RECEIVE, "t>a t>r a>e r>e"),
    ),
    Case("PW-309", _race(A + B + TASK, "t>a t>b s>u u>a a>e b>e"), RACE),
    Case("PW-310", _race(A + B, "t>a t>b a>e b>e", 'instantiate="true"'), RACE),
    Case("PW-311", _race(A + B, "t>a t>b a>e b>e", 'eventGatewayType="Parallel"'), RACE),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_gateways(case: Case) -> None:
    prove(case)


def test_a_signal_may_follow_an_event_based_gateway() -> None:
    prove(Case("PW-306", _race(A + TASK, "t>a t>u a>e u>e"), _race(A + _catch("b", ON_SIGNAL), "t>a t>b a>e b>e")))
