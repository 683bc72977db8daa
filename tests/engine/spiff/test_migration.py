"""Cases that are moved to another version of their diagram: what goes on, what has to be chosen, and what can't be moved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import MigrationImpossible
from engine.spiff import Moving, Plan, migrate, parse, plan, standing
from engine.steps import Redate, Start, Trigger
from tests.engine.spiff.cases import Case, bpmn
from tests.engine.spiff.random_diagrams import Block, blocks, diagram
from tests.engine.spiff.test_activities import ITEMS, START_END
from tests.engine.spiff.test_events import MESSAGE, ROOTS, boundary, event, sub, timer
from tests.engine.spiff.test_pruning import answers, choices, story

RENAMED = "_renamed"


class Moved(Case):
    """A case that can be moved to another diagram."""

    def plan(self, xml: bytes, mapping: Mapping[str, str] | None = None) -> Plan:
        assert self.state is not None
        return plan(self.definition, self._other(xml), self.state, mapping or {})

    def move(self, xml: bytes, mapping: Mapping[str, str] | None = None, **how: Any) -> Moved:
        assert self.state is not None
        other = self._other(xml)
        _, self.out = migrate(self.definition, other, self.state, Moving(mapping or {}, **how), self.context())
        self.definition, self.state = other, self.out.state
        return self

    def _other(self, xml: bytes) -> Any:
        return parse("p", xml, self.definitions, "other.bpmn")

    def timer(self, element: str) -> Any:
        return next(t for t in self.now_out.timers if t.element == element)


def renamed(xml: bytes) -> tuple[bytes, dict[str, str]]:
    """The diagram with another id for each element and flow, and the mapping from the old ones."""
    names = re.compile(r'(?<![\w:])(id|sourceRef|targetRef|attachedToRef|default)="(?!p"|m1")(\w+)"')
    text = xml.decode()
    mapping = {f"p/{found[2]}": found[2] + RENAMED for found in names.finditer(text) if found[1] == "id"}
    return names.sub(lambda found: f'{found[1]}="{found[2]}{RENAMED}"', text).encode(), mapping


def told(case: Case) -> str:
    """What a person could notice of the last step, under the names that elements had at first."""
    return re.sub(rf"name='[^']*'|{RENAMED}", "", repr(story(case.now_out)))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks, answers, st.integers(0, 12), st.booleans())
def test_a_case_that_is_moved_to_the_same_diagram_goes_on_as_if_it_had_not_been(
    block: Block, answers: list[tuple[int, int, bool]], moment: int, rename: bool
) -> None:
    xml = diagram(block)
    other, mapping = renamed(xml) if rename else (xml, {})
    stayed, moved = Case(xml), Moved(xml)
    trigger: Trigger = Start({"n": 0})
    for step, (pick, number, again) in enumerate(answers):
        stayed.step(trigger)
        moved.step(trigger)
        assert told(moved) == told(stayed)
        if stayed.done:
            return
        if step == moment:
            moved.move(other, mapping)
            at_rest = standing(stayed.definition, stayed.state or b"", stayed.context())
            stayed.out = at_rest
            assert told(moved) == told(stayed)
        possible = choices(stayed.now_out, number, again)
        trigger = possible[pick % len(possible)]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks, answers)
def test_a_case_that_is_moved_between_all_steps_ends_as_it_would_have(
    block: Block, answers: list[tuple[int, int, bool]]
) -> None:
    xml = diagram(block)
    stayed, moved = Case(xml), Moved(xml)
    trigger: Trigger = Start({"n": 0})
    for pick, number, again in answers:
        stayed.step(trigger)
        moved.step(trigger)
        if stayed.done:
            break
        moved.move(xml, new_timers=True, new_due_dates=True)
        possible = choices(stayed.now_out, number, again)
        trigger = possible[pick % len(possible)]
    assert moved.trace == stayed.trace
    assert moved.now_out.variables == stayed.now_out.variables


# -- places -------------------------------------------------------------------------------------------------------

ASK = bpmn(START_END + '<userTask id="a" name="Write the report"/>', "s>a a>e")


def test_a_task_that_is_gone_needs_a_mapping_and_the_likely_one_is_suggested() -> None:
    other = bpmn(START_END + '<userTask id="x" name="Check"/><userTask id="y" name="Write a report"/>', "s>x x>y y>e")
    (gap,) = Moved(ASK).start().plan(other).gaps
    assert gap.at.key == "p/a"
    assert gap.suggested == "y"
    assert [(each.element, each.goes_on) for each in gap.choices] == [("e", False), ("x", True), ("y", True)]


def test_a_task_goes_on_as_the_one_that_was_chosen_under_its_own_token() -> None:
    other = bpmn(START_END + '<userTask id="y" name="Write"/>', "s>y y>e")
    case = Moved(ASK).start()
    token = case.now_out.user_tasks[0].token
    case.move(other, {"p/a": "y"})
    assert [(each.element, each.token) for each in case.now_out.user_tasks] == [("y", token)]
    assert case.complete("y").done


def test_what_is_chosen_of_another_kind_begins_anew() -> None:
    other = bpmn(START_END + event("intermediateCatchEvent", "w", timer("P2D")), "s>w w>e")
    case = Moved(ASK).start()
    assert [each.token for each in case.plan(other, {"p/a": "w"}).ended] == ["3"]
    assert case.move(other, {"p/a": "w"}).waiting == []
    assert case.fire("w").done


def test_a_choice_that_the_version_does_not_have_is_still_a_gap() -> None:
    other = bpmn(START_END + '<userTask id="y"/>', "s>y y>e")
    assert Moved(ASK).start().plan(other, {"p/a": "nothing"}).gaps


def test_a_case_with_a_gap_is_not_moved() -> None:
    other = bpmn(START_END + '<userTask id="y"/>', "s>y y>e")
    with pytest.raises(MigrationImpossible, match="Write the report"):
        Moved(ASK).start().move(other)


def test_a_task_that_went_into_a_subprocess_needs_a_mapping() -> None:
    inner = '<startEvent id="ps"/><userTask id="a" name="Write the report"/><endEvent id="pe"/>'
    other = bpmn(START_END + sub("p1", inner, "ps>a a>pe"), "s>p1 p1>e")
    case = Moved(ASK).start()
    assert [each.at.element for each in case.plan(other).gaps] == ["a"]
    assert case.move(other, {"p/a": "p1"}).waiting == ["a"]


def test_what_is_in_a_subprocess_goes_on_in_the_one_that_was_chosen() -> None:
    inner = '<startEvent id="ps"/><userTask id="a"/><endEvent id="pe"/>'
    case = Moved(bpmn(START_END + sub("old", inner, "ps>a a>pe"), "s>old old>e")).start()
    other = bpmn(START_END + sub("new", inner, "ps>a a>pe") + '<userTask id="z"/>', "s>new new>z z>e")
    (gap,) = case.plan(other).gaps
    assert [(each.element, each.goes_on) for each in gap.choices] == [("new", True)]
    assert case.move(other, {"p/old": "new"}).complete("a").waiting == ["z"]


def test_a_case_inside_a_subprocess_that_nothing_can_stand_for_stays() -> None:
    inner = '<startEvent id="ps"/><userTask id="a"/><endEvent id="pe"/>'
    case = Moved(bpmn(START_END + sub("old", inner, "ps>a a>pe"), "s>old old>e")).start()
    assert "inside “old”" in case.plan(ASK).problems[0]


# -- several at once ------------------------------------------------------------------------------------------------

EACH = f"<multiInstanceLoopCharacteristics {ITEMS}/>"


def test_a_case_inside_a_multi_instance_that_the_other_version_lacks_stays_and_says_why() -> None:
    case = Moved(bpmn(START_END + f'<userTask id="a">{EACH}</userTask>', "s>a a>e")).start(bodies=["x", "y"])
    assert "once for each of several" in case.plan(ASK).problems[0]


def test_a_multi_instance_goes_on_with_what_is_done_of_it() -> None:
    case = Moved(bpmn(START_END + f'<userTask id="a">{EACH}</userTask>', "s>a a>e")).start(bodies=["x", "y"])
    other = bpmn(START_END + f'<userTask id="a">{EACH}</userTask><userTask id="z"/>', "s>a a>z z>e")
    assert case.complete("a").move(other).waiting == ["a"]
    assert case.complete("a").waiting == ["z"]


def test_a_run_of_a_multi_instance_knows_its_item_by_its_new_name() -> None:
    case = Moved(bpmn(START_END + f'<userTask id="a">{EACH}</userTask>', "s>a a>e")).start(bodies=["x"])
    case.move(
        bpmn(START_END + f'<userTask id="a">{EACH.replace(chr(34) + "body", chr(34) + "who")}</userTask>', "s>a a>e")
    )
    assert case.seen_at("a")["who"] == "x"


def test_a_token_that_waits_at_a_join_counts_by_the_flow_from_the_same_element() -> None:
    split = START_END + '<parallelGateway id="g"/><parallelGateway id="j"/><userTask id="a"/><userTask id="b"/>'
    case = Moved(bpmn(split, "s>g g>a g>b a>j b>j j>e")).start().complete("a")
    other = bpmn(split, "s>g g>a g>b a>j b>j j>e").replace(b"f_a_j", b"flow_1").replace(b"f_b_j", b"flow_2")
    assert case.move(other).complete("b").done


def test_a_join_that_waits_for_less_than_has_come_goes_on() -> None:
    split = START_END + '<parallelGateway id="g"/><parallelGateway id="j"/><userTask id="a"/><userTask id="b"/>'
    case = Moved(bpmn(split, "s>g g>a g>b a>j b>j j>e")).start().complete("a")
    assert case.move(bpmn(split + '<endEvent id="e2"/>', "s>g g>a g>b a>j b>e2 j>e")).complete("b").done


# -- beside the flow --------------------------------------------------------------------------------------------------

REMINDED = (
    START_END + '<userTask id="a"/><userTask id="r"/><endEvent id="e2"/>' + boundary("t", "a", timer("P3D"), False)
)
FLOWS = "s>a a>e t>r r>e2"


def test_an_event_that_is_new_beside_a_task_begins_to_wait() -> None:
    case = Moved(bpmn(START_END + '<userTask id="a"/>', "s>a a>e")).start().move(bpmn(REMINDED, FLOWS))
    assert str(case.timer("t").due.date()) == "2026-09-10"


def test_an_event_that_is_gone_waits_no_more() -> None:
    case = Moved(bpmn(REMINDED, FLOWS)).start()
    other = bpmn(START_END + '<userTask id="a"/>', "s>a a>e")
    assert [each.element for each in case.plan(other).lost] == ["t"]
    assert case.move(other).now_out.timers == ()


def test_a_reminder_that_has_gone_out_does_not_begin_anew() -> None:
    case = Moved(bpmn(REMINDED, FLOWS)).start().fire("t").complete("r")
    assert case.move(bpmn(REMINDED, FLOWS)).now_out.timers == ()


def test_an_event_subprocess_that_is_new_listens() -> None:
    watch = event("startEvent", "es_s", MESSAGE, isInterrupting="true") + '<userTask id="h"/><endEvent id="es_e"/>'
    other = bpmn(
        START_END + '<userTask id="a"/>' + sub("es", watch, "es_s>h h>es_e", triggeredByEvent="true"), "s>a a>e", ROOTS
    )
    assert Moved(ASK).start().move(other).receive("reply").waiting == ["h"]


def test_the_events_behind_a_gateway_follow_the_diagram() -> None:
    def waits(events: str, sequence: str) -> bytes:
        return bpmn(START_END + '<eventBasedGateway id="g"/><userTask id="z"/>' + events, sequence, ROOTS)

    told, date = event("intermediateCatchEvent", "m", MESSAGE), event("intermediateCatchEvent", "t", timer("P3D"))
    case = Moved(waits(told + event("intermediateCatchEvent", "d", timer("P9D")), "s>g g>m g>d m>z d>z z>e")).start()
    case.move(waits(told + date, "s>g g>m g>t m>z t>z z>e"))
    assert [each.element for each in case.now_out.timers] == ["t"]
    assert case.receive("reply").now_out.timers == ()


# -- dates ------------------------------------------------------------------------------------------------------------


def test_timers_and_due_dates_stay_unless_they_are_to_be_worked_out_again() -> None:
    body = (
        START_END + '<userTask id="a" camunda:dueDate="{due}"/><userTask id="b"/>' + boundary("t", "a", timer("{wait}"))
    )
    xml = [bpmn(body.format(due=due, wait=wait), "s>a a>e t>b b>e") for due, wait in (("P2D", "P3D"), ("P5D", "P8D"))]
    case = Moved(xml[0]).start().move(xml[1])
    assert str(case.timer("t").due.date()) == "2026-09-10"
    case.move(xml[1], new_timers=True)
    assert str(case.timer("t").due.date()) == "2026-09-15"
    assert str(getattr(case.now_out.user_tasks[0].due, "date", str)()) == "2026-09-09"
    case.move(xml[1], new_due_dates=True)
    assert str(getattr(case.now_out.user_tasks[0].due, "date", str)()) == "2026-09-12"


def test_dates_that_a_manager_has_set_stay() -> None:
    body = START_END + '<userTask id="a" camunda:dueDate="P2D"/><userTask id="b"/>' + boundary("t", "a", timer("P3D"))
    case = Moved(bpmn(body, "s>a a>e t>b b>e")).start()
    token, beat = case.now_out.user_tasks[0].token, case.timer("t").token
    set_on = case.now + timedelta(days=30)
    case.step(Redate({token: set_on, beat: set_on}))
    case.move(bpmn(body.replace("P2D", "P5D"), "s>a a>e t>b b>e"), new_timers=True, new_due_dates=True)
    assert case.timer("t").due == set_on
    assert case.now_out.user_tasks[0].due == set_on


# -- undoing ----------------------------------------------------------------------------------------------------------

UNDOABLE = (
    '<userTask id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
    '<userTask id="undo" isForCompensation="true"/><association id="as1" sourceRef="ca" targetRef="undo"/>'
    '<userTask id="b"/>' + event("intermediateThrowEvent", "back", "<compensateEventDefinition/>")
)


def test_a_case_that_is_being_undone_stays() -> None:
    xml = bpmn(START_END + UNDOABLE, "s>a a>b b>back back>e")
    assert "compensation" in Moved(xml).start().complete("a").complete("b").plan(xml).problems[0]


def test_what_is_done_has_to_be_undoable_in_the_other_version_too() -> None:
    case = Moved(bpmn(START_END + UNDOABLE, "s>a a>b b>back back>e")).start().complete("a")
    other = bpmn(START_END + '<userTask id="a"/><userTask id="b"/>', "s>a a>b b>e")
    assert "can still be undone" in case.plan(other).problems[0]


# -- called processes ---------------------------------------------------------------------------------------------------

CHILD = bpmn('<startEvent id="cs"/><userTask id="c"/><endEvent id="ce"/>', "cs>c c>ce", key="child")
CALLER = bpmn(START_END + '<callActivity id="k" calledElement="child"/>', "s>k k>e")


def test_a_called_process_is_moved_with_its_caller() -> None:
    case = Moved(CALLER, {"child": CHILD}).start()
    newer = bpmn(
        '<startEvent id="cs"/><userTask id="d"/><userTask id="f"/><endEvent id="ce"/>', "cs>d d>f f>ce", key="child"
    )
    case.definitions = {"child": parse("child", newer, {})}
    (gap,) = case.plan(CALLER).gaps
    assert gap.at.key == "child/c"
    assert case.move(CALLER, {"child/c": "d"}).complete("d").complete("f").done


def test_a_case_in_a_process_that_is_called_no_more_stays() -> None:
    assert "calls that process nowhere" in Moved(CALLER, {"child": CHILD}).start().plan(ASK).problems[0]


def test_a_newer_input_of_an_open_task_is_worked_out() -> None:
    given = (
        "<extensionElements><camunda:inputOutput>"
        '<camunda:inputParameter name="what">= 1 + 1</camunda:inputParameter></camunda:inputOutput></extensionElements>'
    )
    case = Moved(ASK).start().move(bpmn(START_END + f'<userTask id="a">{given}</userTask>', "s>a a>e"))
    assert case.seen_at("a")["what"] == 2


def test_an_activity_that_gathers_fewer_tokens_begins() -> None:
    body = START_END + '<parallelGateway id="g"/><userTask id="a" startQuantity="{n}"/><userTask id="b"/>'
    case = Moved(bpmn(body.format(n=2), "s>g g>a g>b b>a a>e")).start()
    assert case.move(bpmn(body.format(n=1), "s>g g>a g>b b>a a>e")).waiting == ["a", "b"]
