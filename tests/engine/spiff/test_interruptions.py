"""What is interrupted stops, and what is watched is seen at once: BPMN 2.0.2 sections 10.5.6, 13.5.3 and 13.5.4."""

from __future__ import annotations

import pytest

from tests.engine.spiff.cases import Case, bpmn
from tests.engine.spiff.test_events import ROOTS, SIGNAL, START_END, boundary, event, sub

ESCALATION = '<escalationEventDefinition escalationRef="x1"/>'


def event_sub(start: str, interrupting: bool = True) -> str:
    """An event subprocess ``es`` with the start event ``ws`` and a user task ``w``."""
    begins = event("startEvent", "ws", start, isInterrupting=str(interrupting).lower())
    return sub("es", begins + '<userTask id="w"/><endEvent id="we"/>', "ws>w w>we", triggeredByEvent="true")


def when(condition: str) -> str:
    text = condition.replace("<", "&lt;").replace(">", "&gt;")
    return f"<conditionalEventDefinition><condition>= {text}</condition></conditionalEventDefinition>"


def script(ident: str, text: str, variable: str = "n") -> str:
    return (
        f'<scriptTask id="{ident}" scriptFormat="feel" camunda:resultVariable="{variable}">'
        f"<script>= {text}</script></scriptTask>"
    )


# -- a throw that interrupts its own scope --------------------------------------------------------------------------


@pytest.mark.parametrize("definition", [ESCALATION, SIGNAL])
def test_a_throw_that_starts_an_interrupting_event_subprocess_goes_no_further(definition: str) -> None:
    body = START_END + event("intermediateThrowEvent", "t", definition) + script("after", "1") + event_sub(definition)
    case = Case(bpmn(body, "s>t t>after after>e", ROOTS)).start()
    assert case.trace == ["s", "t", "ws"]
    assert case.waiting == ["w"]
    assert case.complete("w").done
    assert "n" not in case.variables


@pytest.mark.parametrize("definition", [ESCALATION, SIGNAL])
def test_a_throw_that_starts_an_event_subprocess_beside_it_goes_on(definition: str) -> None:
    body = START_END + event("intermediateThrowEvent", "t", definition) + '<userTask id="after"/>'
    case = Case(bpmn(body + event_sub(definition, False), "s>t t>after after>e", ROOTS)).start()
    assert case.waiting == ["after", "w"]


def test_a_throw_inside_a_subprocess_stops_when_the_scope_around_is_interrupted() -> None:
    inner = '<startEvent id="ps"/><endEvent id="pe"/><userTask id="after"/>'
    inner += event("intermediateThrowEvent", "t", ESCALATION)
    body = START_END + sub("p1", inner, "ps>t t>after after>pe") + event_sub(ESCALATION)
    case = Case(bpmn(body, "s>p1 p1>e", ROOTS)).start()
    assert case.waiting == ["w"]
    assert case.complete("w").done


def test_a_throw_with_a_parallel_branch_stops_both() -> None:
    body = START_END + '<parallelGateway id="g"/><userTask id="a"/><userTask id="after"/>' + event_sub(ESCALATION)
    body += event("intermediateThrowEvent", "t", ESCALATION)
    case = Case(bpmn(body, "s>g g>a g>t t>after after>e", ROOTS)).start()
    assert case.waiting == ["w"]
    assert case.cancelled == ["a"]


def test_a_link_is_not_followed_by_a_throw_that_was_stopped() -> None:
    both = ESCALATION + '<linkEventDefinition name="on"/>'
    body = START_END + event("intermediateThrowEvent", "t", both) + event_sub(ESCALATION)
    body += event("intermediateCatchEvent", "on", '<linkEventDefinition name="on"/>') + '<userTask id="after"/>'
    case = Case(bpmn(body, "s>t on>after after>e", ROOTS)).start()
    assert case.waiting == ["w"]


def test_an_escalation_of_a_called_process_stops_it_when_its_caller_is_left() -> None:
    inner = START_END + event("intermediateThrowEvent", "t", ESCALATION) + '<userTask id="after"/>'
    called = bpmn(inner, "s>t t>after after>e", ROOTS, key="q")
    body = (
        START_END + '<callActivity id="c" calledElement="q"/>' + boundary("b", "c", ESCALATION) + '<userTask id="w"/>'
    )
    case = Case(bpmn(body, "s>c c>e b>w", ROOTS), {"q": called}).start()
    assert case.waiting == ["w"]


# -- conditions -----------------------------------------------------------------------------------------------------


def test_a_boundary_condition_ends_a_subprocess_in_which_nothing_waits() -> None:
    inner = '<startEvent id="ps"/><endEvent id="pe"/>' + script("up", "6") + script("down", "0")
    body = START_END + sub("p1", inner, "ps>up up>down down>pe") + boundary("b", "p1", when("n > 5"))
    case = Case(bpmn(body + '<userTask id="w"/>', "s>p1 p1>e b>w")).start(n=0)
    assert case.waiting == ["w"]
    assert case.variables["n"] == 6
    assert case.cancelled == ["p1"]
    assert case.trace == ["s", "ps", "up", "b"]


def test_a_boundary_condition_that_holds_already_leaves_the_activity_at_once() -> None:
    inner = '<startEvent id="ps"/><endEvent id="pe"/>' + script("down", "0")
    body = START_END + sub("p1", inner, "ps>down down>pe") + boundary("b", "p1", when("n > 5"))
    case = Case(bpmn(body + '<userTask id="w"/>', "s>p1 p1>e b>w")).start(n=6)
    assert case.waiting == ["w"]
    assert case.variables["n"] == 6


def test_a_boundary_condition_beside_a_user_task_is_seen_when_the_wait_begins() -> None:
    body = START_END + '<userTask id="a"/><userTask id="w"/>' + boundary("b", "a", when("n > 5"), False)
    assert Case(bpmn(body, "s>a a>e b>w")).start(n=6).waiting == ["a", "w"]


def test_an_event_subprocess_begins_before_the_next_element() -> None:
    body = START_END + script("up", "6") + script("after", "7") + event_sub(when("n > 5"))
    case = Case(bpmn(body, "s>up up>after after>e")).start(n=0)
    assert case.waiting == ["w"]
    assert case.trace == ["s", "up", "ws"]
    assert case.variables["n"] == 6


def test_an_event_subprocess_beside_the_flow_begins_before_the_next_element() -> None:
    body = START_END + script("up", "6") + script("after", "7") + event_sub(when("n > 5"), False)
    case = Case(bpmn(body, "s>up up>after after>e")).start(n=0)
    assert case.trace.index("ws") < case.trace.index("after")
    assert case.complete("w").done


def test_a_condition_that_holds_for_one_element_only_is_seen() -> None:
    body = START_END + script("up", "6") + script("down", "0") + event_sub(when("n > 5"), False)
    case = Case(bpmn(body, "s>up up>down down>e")).start(n=0)
    assert case.waiting == ["w"]
    assert case.variables["n"] == 0


def test_an_event_subprocess_whose_condition_holds_from_the_start_takes_the_place_of_the_flow() -> None:
    body = START_END + '<userTask id="a"/>' + event_sub(when("n > 5"))
    case = Case(bpmn(body, "s>a a>e")).start(n=6)
    assert case.waiting == ["w"]
    assert case.trace == ["ws"]


def test_an_answer_that_makes_a_condition_true_begins_the_event_subprocess() -> None:
    body = START_END + '<userTask id="a"/><userTask id="after"/>' + event_sub(when("n > 5"))
    case = Case(bpmn(body, "s>a a>after after>e")).start(n=0).complete("a", n=6)
    assert case.waiting == ["w"]
    assert case.trace == ["s", "a", "ws"]


def test_the_answer_of_one_run_interrupts_the_others() -> None:
    many = '<multiInstanceLoopCharacteristics camunda:collection="= [1, 2, 3]"/>'
    body = START_END + f'<userTask id="a">{many}</userTask><userTask id="w"/>' + boundary("b", "a", when("n > 5"))
    case = Case(bpmn(body, "s>a a>e b>w")).start(n=0).complete("a", n=6)
    assert case.waiting == ["w"]
    assert case.cancelled == ["a", "a"]


MAPPED = (
    '<task id="set"><extensionElements><camunda:inputOutput><camunda:outputParameter name="n">= 6'
    "</camunda:outputParameter></camunda:inputOutput></extensionElements></task>"
)
CHANGES = {
    "what a called process gives back": '<callActivity id="set" calledElement="q"/>',
    "an output parameter": MAPPED,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_condition_is_looked_at_after_every_change_whatever_made_it(change: str) -> None:
    body = START_END + CHANGES[change] + script("after", "0") + event_sub(when("n > 5"))
    called = bpmn(START_END + script("z", "6"), "s>z z>e", key="q")
    case = Case(bpmn(body, "s>set set>after after>e"), {"q": called}).start(n=0)
    assert case.waiting == ["w"]
    assert case.variables["n"] == 6


def test_a_condition_is_looked_at_when_a_message_brings_values() -> None:
    waits = event("intermediateCatchEvent", "m", '<messageEventDefinition messageRef="m1"/>')
    case = Case(bpmn(START_END + waits + script("after", "0") + event_sub(when("n > 5")), "s>m m>after after>e", ROOTS))
    case.start(n=0)
    case.receive(case.now_out.subscriptions[0].name, n=6)
    assert case.waiting == ["w"]
    assert case.variables["n"] == 6


def test_a_condition_behind_an_event_based_gateway_that_holds_wins_the_race() -> None:
    body = START_END + '<eventBasedGateway id="g"/><userTask id="x"/><userTask id="y"/>'
    body += event("intermediateCatchEvent", "c", when("n > 5")) + event("intermediateCatchEvent", "m", SIGNAL)
    case = Case(bpmn(body, "s>g g>c g>m c>x m>y x>e y>e", ROOTS)).start(n=6)
    assert case.waiting == ["x"]
    assert not case.now_out.subscriptions


# -- what ran no time -----------------------------------------------------------------------------------------------

NONE = '<multiInstanceLoopCharacteristics isSequential="{}" camunda:collection="= []"/>'
NEVER = '<standardLoopCharacteristics testBefore="true"><loopCondition>= false</loopCondition></standardLoopCharacteristics>'


@pytest.mark.parametrize("loop", [NONE.format("true"), NONE.format("false"), NEVER])
def test_an_activity_that_ran_no_time_is_skipped_and_not_completed(loop: str) -> None:
    body = START_END + f'<userTask id="a">{loop}</userTask><userTask id="b"/>'
    case = Case(bpmn(body, "s>a a>b b>e")).start()
    assert [(h.element, h.how) for h in case.now_out.history] == [("s", "completed"), ("a", "skipped")]
    assert case.waiting == ["b"]


def test_an_activity_that_ran_no_time_is_not_compensated() -> None:
    body = (
        START_END
        + f'<userTask id="a">{NONE.format("false")}</userTask><userTask id="undone" isForCompensation="true"/>'
    )
    body += (
        boundary("u", "a", "<compensateEventDefinition/>") + '<association id="as" sourceRef="u" targetRef="undone"/>'
    )
    body += event("intermediateThrowEvent", "back", "<compensateEventDefinition/>")
    assert Case(bpmn(body, "s>a a>back back>e")).start().done
