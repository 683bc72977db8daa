"""Gateways and sequence flows, as BPMN 2.0.2 sections 13.2.1 and 13.4 say."""

import pytest

from engine.errors import ConditionUndecided, NoFlowTaken, StepLimitReached
from tests.engine.spiff.cases import Case, bpmn

START_END = '<startEvent id="s"/><endEvent id="e"/>'


def tasks(*ids: str) -> str:
    return START_END + "".join(f'<userTask id="{i}"/>' for i in ids)


def test_exclusive_takes_the_first_true_flow_in_document_order():
    body = tasks("a", "b", "c") + '<exclusiveGateway id="g" default="f_g_c"/>'
    case = Case(bpmn(body, "s>g g>a[n > 1] g>b[n > 0] g>c a>e b>e c>e"))
    assert case.start(n=2).waiting == ["a"]
    assert case.start(n=1).waiting == ["b"]
    assert case.start(n=0).waiting == ["c"]


def test_exclusive_without_a_way_out_is_an_error_and_names_the_gateway():
    body = tasks("a", "b") + '<exclusiveGateway id="g" name="Which way?"/>'
    case = Case(bpmn(body, "s>g g>a[n > 1] g>b[n > 5] a>e b>e"))
    with pytest.raises(NoFlowTaken, match="Which way\\?"):
        case.start(n=0)


def test_exclusive_with_one_way_out_takes_it_only_when_its_condition_is_true():
    case = Case(bpmn(tasks("a") + '<exclusiveGateway id="g"/>', "s>g g>a[n > 0] a>e"))
    assert case.start(n=1).waiting == ["a"]
    with pytest.raises(NoFlowTaken):
        case.start(n=0)


def test_exclusive_takes_one_flow_also_where_the_default_is_drawn_first():
    body = tasks("a", "b") + '<exclusiveGateway id="g" default="f_g_a"/>'
    case = Case(bpmn(body, "s>g g>a g>b[n > 0] a>e b>e"))
    assert case.start(n=1).waiting == ["b"]
    assert case.start(n=0).waiting == ["a"]


def test_exclusive_without_any_flow_out_ends_its_path():
    body = '<startEvent id="s"/><userTask id="a"/><parallelGateway id="q"/><exclusiveGateway id="g"/>'
    assert Case(bpmn(body, "s>q q>g q>a a>g")).start().complete("a").done


def test_a_condition_that_is_no_boolean_is_an_error_not_a_guess():
    body = tasks("a", "b") + '<exclusiveGateway id="g" default="f_g_b"/>'
    case = Case(bpmn(body, "s>g g>a[word] g>b a>e b>e"))
    with pytest.raises(ConditionUndecided, match=r'flow \(f_g_a\) from "g" gives a text, not true or false: = word'):
        case.start(word="yes")
    with pytest.raises(ConditionUndecided, match="gives null, not true or false"):
        case.start(word=None)


def test_parallel_waits_for_every_flow():
    body = tasks("a", "b", "z") + '<parallelGateway id="g"/><parallelGateway id="j"/>'
    case = Case(bpmn(body, "s>g g>a g>b a>j b>j j>z z>e")).start()
    assert case.waiting == ["a", "b"]
    assert case.complete("a").waiting == ["b"]
    assert case.complete("b").waiting == ["z"]
    assert case.complete("z").done


def test_parallel_join_keeps_a_second_token_of_the_same_flow():
    """Two tokens by one flow and one by the other: one comes through, the second waits and is not swallowed."""
    body = (
        tasks("a", "b", "c", "d", "z") + '<parallelGateway id="g"/><exclusiveGateway id="m"/><parallelGateway id="j"/>'
    )
    case = Case(bpmn(body, "s>g g>a g>b g>c g>d a>m b>m m>j c>j d>j j>z z>e")).start()
    case.complete("a").complete("b").complete("c")
    assert case.waiting == ["d"]
    assert case.complete("d").waiting == ["z"]
    assert not case.complete("z").done, "the second token by m still waits at the join"


def test_parallel_join_uses_each_token_once():
    """Two tokens by each flow make two sets, and nothing is left over."""
    splits = '<parallelGateway id="g"/><exclusiveGateway id="m"/><exclusiveGateway id="n"/><parallelGateway id="j"/>'
    body = tasks("a", "b", "c", "d", "z") + splits
    case = Case(bpmn(body, "s>g g>a g>b g>c g>d a>m b>m m>j c>n d>n n>j j>z z>e")).start()
    assert case.complete("a").complete("b").complete("c").waiting == ["d", "z"]
    assert case.complete("d").waiting == ["z", "z"]
    assert case.complete("z").complete("z").done


def test_inclusive_takes_all_true_flows_or_else_the_default():
    body = tasks("a", "b", "c", "z") + '<inclusiveGateway id="g" default="f_g_c"/><inclusiveGateway id="j"/>'
    case = Case(bpmn(body, "s>g g>a[n > 0] g>b[n > 1] g>c a>j b>j c>j j>z z>e"))
    assert case.start(n=2).waiting == ["a", "b"]
    assert case.complete("a").waiting == ["b"]
    assert case.complete("b").waiting == ["z"]
    assert case.start(n=1).complete("a").waiting == ["z"]
    assert case.start(n=0).complete("c").waiting == ["z"]


def test_inclusive_join_does_not_wait_for_a_token_that_can_no_longer_come():
    """The token on b may turn to the end instead: when it does, the join lets a's token through."""
    body = (
        tasks("a", "b", "z")
        + '<endEvent id="e2"/><parallelGateway id="g"/><inclusiveGateway id="j"/><exclusiveGateway id="x" default="f_x_j"/>'
    )
    case = Case(bpmn(body, "s>g g>a g>b a>j b>x x>e2[gone] x>j j>z z>e"))
    assert case.start().complete("a").waiting == ["b"]
    assert case.complete("b", gone=True).waiting == ["z"]
    assert case.start().complete("a").complete("b", gone=False).waiting == ["z"]


def test_inclusive_join_does_not_wait_for_a_token_that_may_also_come_by_a_filled_flow():
    """The token on b can still reach the empty flow from x; since it can reach the filled one from m too, the join goes on."""
    body = (
        tasks("a", "b", "z")
        + '<parallelGateway id="g"/><exclusiveGateway id="m"/><inclusiveGateway id="j"/><exclusiveGateway id="x" default="f_x_j"/>'
    )
    case = Case(bpmn(body, "s>g g>a g>b a>m m>j b>x x>m[back] x>j j>z z>e"))
    assert case.start().complete("a").waiting == ["b", "z"]
    assert case.complete("b", back=False).waiting == ["z", "z"]


def test_inclusive_join_sees_a_token_that_may_come_by_a_boundary_event():
    body = (
        tasks("a", "b", "z")
        + '<parallelGateway id="g"/><inclusiveGateway id="j"/><endEvent id="e2"/>'
        + '<boundaryEvent id="t" attachedToRef="b"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>'
    )
    case = Case(bpmn(body, "s>g g>a g>b a>j b>e2 t>j j>z z>e")).start().complete("a")
    assert case.waiting == ["b"]
    assert case.fire("t").waiting == ["z"]


def test_inclusive_join_in_a_loop_does_not_wait_for_itself():
    body = tasks("a", "b") + '<inclusiveGateway id="j"/><exclusiveGateway id="x" default="f_x_e"/>'
    case = Case(bpmn(body, "s>j j>a a>x x>b[again] b>j x>e")).start()
    for _ in range(3):
        assert case.complete("a", again=True).waiting == ["b"]
        assert case.complete("b").waiting == ["a"]
    assert case.complete("a", again=False).done


def test_inclusive_join_waits_for_a_token_that_comes_to_a_filled_flow_only_through_the_join_itself():
    """From b the filled flow is reached too, but behind the join: what b brings is still to come."""
    body = (
        tasks("a", "b", "z")
        + '<parallelGateway id="g"/><exclusiveGateway id="m"/><inclusiveGateway id="j"/><exclusiveGateway id="x" default="f_x_e"/>'
    )
    case = Case(bpmn(body, "s>g g>m m>a g>b a>j b>j j>z z>x x>m[again] x>e")).start()
    assert case.complete("a").waiting == ["b"]
    assert case.complete("b").waiting == ["z"]
    assert case.complete("z", again=True).complete("a").waiting == ["z"]
    assert case.complete("z", again=False).done


def test_inclusive_join_waits_for_a_token_in_a_loop_before_it():
    body = (
        tasks("a", "b", "z")
        + '<parallelGateway id="g"/><exclusiveGateway id="m"/><inclusiveGateway id="j"/><exclusiveGateway id="x" default="f_x_j"/>'
    )
    case = Case(bpmn(body, "s>g g>a g>m m>b b>x x>m[again] x>j a>j j>z z>e")).start()
    assert case.complete("a").waiting == ["b"]
    assert case.complete("b", again=True).waiting == ["b"]
    assert case.complete("b", again=False).waiting == ["z"]


def test_event_based_gateway_first_event_wins_and_the_rest_is_withdrawn():
    roots = '<message id="m1" name="reply"/>'
    body = tasks("a", "b") + (
        '<eventBasedGateway id="g"/>'
        '<intermediateCatchEvent id="m"><messageEventDefinition messageRef="m1"/></intermediateCatchEvent>'
        '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition></intermediateCatchEvent>'
    )
    case = Case(bpmn(body, "s>g g>m g>t m>a t>b a>e b>e", roots))
    assert case.start().fire("t").waiting == ["b"]
    assert not case.now_out.subscriptions
    assert case.start().receive("reply").waiting == ["a"]
    assert not case.now_out.timers
    assert case.cancelled == []


def test_receive_task_behind_an_event_based_gateway():
    roots = '<message id="m1" name="reply"/>'
    body = tasks("a", "b") + (
        '<eventBasedGateway id="g"/><receiveTask id="m" messageRef="m1"/>'
        '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition></intermediateCatchEvent>'
    )
    case = Case(bpmn(body, "s>g g>m g>t m>a t>b a>e b>e", roots))
    assert case.start().receive("reply").waiting == ["a"]
    assert case.start().fire("t").waiting == ["b"]
    assert not case.now_out.subscriptions


def test_several_flows_out_of_an_activity_all_run():
    case = Case(bpmn(tasks("a", "b", "c"), "s>a a>b a>c b>e c>e")).start().complete("a")
    assert case.waiting == ["b", "c"]
    assert case.complete("b").complete("c").done


def test_conditional_and_default_flows_straight_out_of_an_activity():
    body = START_END + '<userTask id="a" default="f_a_d"/><userTask id="b"/><userTask id="c"/><userTask id="d"/>'
    case = Case(bpmn(body, "s>a a>b[n > 0] a>c[n > 1] a>d b>e c>e d>e"))
    assert case.start().complete("a", n=2).waiting == ["b", "c"]
    assert case.start().complete("a", n=1).waiting == ["b"]
    assert case.start().complete("a", n=0).waiting == ["d"]


def test_ids_that_collide_with_spiffworkflow_are_only_ids():
    body = '<startEvent id="Start"/><userTask id="End"/><userTask id="p.EndJoin"/><endEvent id="Root"/>'
    xml = bpmn(body, "Start>End").replace(
        b"</bpmn:process>",
        b'<bpmn:sequenceFlow id="x" sourceRef="End" targetRef="p.EndJoin"/>'
        b'<bpmn:sequenceFlow id="y" sourceRef="p.EndJoin" targetRef="Root"/></bpmn:process>',
    )
    case = Case(xml).start().complete("End").complete("p.EndJoin")
    assert case.done
    assert case.trace == ["Start", "End", "p.EndJoin", "Root"]


def test_a_loop_that_never_waits_is_stopped():
    body = (
        START_END
        + '<scriptTask id="a" scriptFormat="feel" camunda:resultVariable="n"><script>= 1</script></scriptTask><exclusiveGateway id="g" default="f_g_a"/>'
    )
    with pytest.raises(StepLimitReached, match="loops for ever"):
        Case(bpmn(body, "s>a a>g g>a g>e[false]")).start()


def test_a_case_that_can_never_go_on_says_so():
    body = tasks("a", "b") + '<exclusiveGateway id="g" default="f_g_b"/><parallelGateway id="j"/>'
    case = Case(bpmn(body, "s>g g>a[yes] g>b a>j b>j j>e")).start(yes=True)
    assert not case.now_out.stuck
    assert [(each.element, each.name) for each in case.complete("a").now_out.stuck] == [("j", "j")]
