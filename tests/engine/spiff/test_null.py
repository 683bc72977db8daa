"""Null is not false, and no value: what a diagram asks for and does not get is an error at the element that asked."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import (
    ConditionUndecided,
    ExpressionFailed,
    NobodyNamed,
    PathwaysError,
    TimerImpossible,
    ValueMissing,
    ValueUnfit,
)
from engine.steps import Start
from tests.engine.spiff.cases import Case, bpmn, prop
from tests.engine.spiff.test_events import ROOTS, START_END, boundary, event, timer
from tests.engine.spiff.test_interruptions import script, when

FORK = START_END + '<userTask id="a"/><userTask id="b"/>'


class Deciding(Case):
    """A case whose decision gives nothing."""

    def _decide(self, ref: str, variables: Any) -> Any:
        return None


def fails(xml: bytes, kind: type[PathwaysError], text: str, at: str, **variables: Any) -> PathwaysError:
    case = Deciding(xml)
    with pytest.raises(kind, match=text) as caught:
        case.step(Start(variables))
    assert case.failed_at == at
    return caught.value


@pytest.mark.parametrize("tag", ["exclusiveGateway", "inclusiveGateway"])
def test_a_condition_that_gives_null_names_its_flow_and_is_not_the_default(tag: str) -> None:
    body = FORK + f'<{tag} id="g" name="Is it well?" default="f_g_b"/>'
    text = r'The condition of the flow \(f_g_a\) from "Is it well\?" gives null, not true or false: = n > 3'
    fails(bpmn(body, "s>g g>a[n > 3] g>b a>e b>e"), ConditionUndecided, text, "g", n=None)


def test_a_flow_with_a_name_is_called_by_it() -> None:
    flow = '<sequenceFlow id="f_g_a" name="Yes" sourceRef="g" targetRef="a"><conditionExpression>= n</conditionExpression></sequenceFlow>'
    body = FORK + '<exclusiveGateway id="g" default="f_g_b"/>' + flow
    fails(
        bpmn(body, "s>g g>b a>e b>e"), ConditionUndecided, r'the flow "Yes" \(f_g_a\) from "g" gives a number', "g", n=1
    )


def test_what_the_condition_saw_is_told_apart_from_the_message() -> None:
    body = FORK + '<exclusiveGateway id="g" default="f_g_b"/>'
    xml = bpmn(body, "s>g g>a[n != 3 and other] g>b a>e b>e")
    error = fails(xml, ConditionUndecided, "null", "g", n="x" * 500)
    assert error.seen == f'n = "{"x" * 119}…\nother = not set'  # type: ignore[attr-defined]
    assert "xxx" not in str(error)


def test_a_condition_behind_a_true_one_is_not_asked_of_an_exclusive_gateway() -> None:
    body = FORK + '<exclusiveGateway id="g" default="f_g_e"/>'
    case = Case(bpmn(body, "s>g g>a[true] g>b[n > 3] g>e a>e b>e")).start(n=None)
    assert case.waiting == ["a"]


def test_a_condition_out_of_an_activity_that_gives_null_is_an_error() -> None:
    case = Case(bpmn(FORK, "s>a a>b[n > 3] a>e b>e")).start(n=None)
    with pytest.raises(ConditionUndecided, match="f_a_b"):
        case.complete("a")
    assert case.failed_at == "a"


def test_the_element_that_fails_is_named_and_not_the_one_before() -> None:
    case = Case(bpmn(FORK + '<exclusiveGateway id="g"/>', "s>a a>g g>b[n > 3] g>e[n > 5] b>e")).start()
    with pytest.raises(ConditionUndecided):
        case.complete("a", n=None)
    assert case.failed_at == "g"


def test_an_event_condition_that_gives_null_is_an_error() -> None:
    body = START_END + '<userTask id="a"/>' + boundary("c", "a", when("n > 3"))
    fails(bpmn(body, "s>a a>e c>e"), ConditionUndecided, 'The condition of "c" gives null', "c", n=None)


LOOP = '<userTask id="a"><standardLoopCharacteristics testBefore="true"><loopCondition>= n &lt; 3</loopCondition></standardLoopCharacteristics></userTask>'


def test_a_loop_condition_that_gives_null_is_an_error() -> None:
    fails(bpmn(START_END + LOOP, "s>a a>e"), ConditionUndecided, 'The loop condition of "a" gives null', "a", n=None)


def test_a_completion_condition_that_gives_null_is_an_error() -> None:
    many = "<multiInstanceLoopCharacteristics><loopCardinality>= 2</loopCardinality><completionCondition>= n &gt; 3</completionCondition></multiInstanceLoopCharacteristics>"
    body = START_END + f'<task id="a">{many}</task>'
    fails(bpmn(body, "s>a a>e"), ConditionUndecided, 'The completion condition of "a" gives null', "a", n=None)


MANY = "<multiInstanceLoopCharacteristics {}</multiInstanceLoopCharacteristics>"
COLLECTION = MANY.format('camunda:collection="= n" camunda:elementVariable="x">')
CARDINALITY = MANY.format("><loopCardinality>= n</loopCardinality>")


@pytest.mark.parametrize(
    ("loop", "n", "error", "message"),
    [
        (COLLECTION, None, ValueMissing, 'The collection of "a" gives null where a value is needed'),
        (COLLECTION, "x", ValueUnfit, 'The collection of "a" gives a text where a list is needed'),
        (CARDINALITY, None, ValueMissing, 'The number of runs of "a" gives null where a value is needed'),
        (CARDINALITY, True, ValueUnfit, 'The number of runs of "a" gives true or false where a whole number'),
        (CARDINALITY, 5_001, ExpressionFailed, '"a" would run more than 5,000 times'),
    ],
)
def test_a_collection_or_a_number_of_runs_that_is_none_is_an_error(
    loop: str, n: object, error: type[PathwaysError], message: str
) -> None:
    fails(bpmn(START_END + f'<task id="a">{loop}</task>', "s>a a>e"), error, message, "a", n=n)


def test_a_script_that_gives_null_is_an_error() -> None:
    fails(bpmn(START_END + script("a", "n + 1"), "s>a a>e"), ValueMissing, 'The script of "a" gives null', "a", n=None)


def test_a_script_that_may_give_null_says_so() -> None:
    allowed = script("a", "n + 1", "m").replace("<script>", prop(nullAllowed="true") + "<script>")
    assert Case(bpmn(START_END + allowed, "s>a a>e")).start(n=None).variables == {"n": None, "m": None}


DECIDES = '<businessRuleTask id="a" camunda:decisionRef="d" camunda:resultVariable="r">{}</businessRuleTask>'


def test_a_decision_that_gives_nothing_is_an_error() -> None:
    xml = bpmn(START_END + DECIDES.format(""), "s>a a>e")
    fails(xml, ValueMissing, 'The decision of "a" gives null where a value is needed: d', "a")


def test_a_decision_that_may_give_nothing_says_so() -> None:
    case = Deciding(bpmn(START_END + DECIDES.format(prop(nullAllowed="true")), "s>a a>e")).start()
    assert case.variables == {"r": None}


def test_a_timer_that_gives_null_is_an_error() -> None:
    body = START_END + event("intermediateCatchEvent", "t", timer("= when"))
    fails(bpmn(body, "s>t t>e"), TimerImpossible, '"t"', "t")


@pytest.mark.parametrize(
    ("attribute", "what"),
    [
        ("candidateGroups", "The candidate groups"),
        ("assignee", "The assignee"),
        ("priority", "The priority"),
    ],
)
def test_what_a_task_needs_and_does_not_get_is_an_error(attribute: str, what: str) -> None:
    body = START_END + f'<userTask id="a" camunda:{attribute}="= who"/>'
    fails(bpmn(body, "s>a a>e"), ValueMissing, f'{what} of "a" gives null', "a")


def test_a_due_date_that_gives_null_is_an_error() -> None:
    body = START_END + '<userTask id="a" camunda:dueDate="= who"/>'
    fails(bpmn(body, "s>a a>e"), TimerImpossible, '"a"', "a")


def test_one_candidate_group_that_is_null_is_an_error() -> None:
    body = START_END + '<userTask id="a" camunda:candidateGroups="= [&quot;seo&quot;, who]"/>'
    fails(bpmn(body, "s>a a>e"), ValueMissing, "One of the candidate groups", "a")


def test_a_correlation_key_that_gives_null_is_an_error() -> None:
    waits = prop(correlationKey="= key") + '<messageEventDefinition messageRef="m1"/>'
    body = START_END + event("intermediateCatchEvent", "m", waits)
    fails(bpmn(body, "s>m m>e", ROOTS), ValueMissing, 'The correlation key of "m" gives null', "m")


@pytest.mark.parametrize("score", ["", "40", None])
def test_a_text_is_not_compared_with_a_number(score: str | None) -> None:
    body = '<startEvent id="s"/><exclusiveGateway id="g" default="f_g_b"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
    fails(bpmn(body, "s>g g>a[score < 50] g>b a>e b>e"), ConditionUndecided, "gives null", "g", score=score)


def test_an_if_takes_then_only_for_true() -> None:
    body = (
        '<startEvent id="s"/><scriptTask id="c" scriptFormat="feel" camunda:resultVariable="who">'
        '<script>= if aided then "diocese" else "council"</script></scriptTask><userTask id="a"/><endEvent id="e"/>'
    )
    case = Case(bpmn(body, "s>c c>a a>e")).start(aided="no")
    assert case.variables["who"] == "council"


NOBODY = ["= []", "= &quot;&quot;", "= if true then [] else [&quot;seo&quot;]", "= [&quot; &quot;]", "= [1]"]


@pytest.mark.parametrize("attribute", ["candidateGroups", "assignee"])
@pytest.mark.parametrize("text", NOBODY)
def test_a_task_that_names_nobody_is_an_error_and_not_for_everybody(attribute: str, text: str) -> None:
    body = START_END + f'<userTask id="a" camunda:{attribute}="{text}"/>'
    fails(bpmn(body, "s>a a>e"), NobodyNamed, 'of "a" names nobody: = .*not everybody', "a")


@pytest.mark.parametrize("text", NOBODY)
def test_a_notification_that_names_nobody_is_an_error(text: str) -> None:
    given = f'<camunda:inputParameter name="to">{text}</camunda:inputParameter>'
    body = START_END + (
        '<sendTask id="a" camunda:type="external" camunda:topic="notify"><extensionElements><camunda:inputOutput>'
        f"{given}</camunda:inputOutput></extensionElements></sendTask>"
    )
    fails(bpmn(body, "s>a a>e"), NobodyNamed, "names nobody", "a")


@pytest.mark.parametrize("parameter", ["text", "subject"])
def test_a_notification_that_says_nothing_for_want_of_an_answer_is_an_error(parameter: str) -> None:
    given = f'<camunda:inputParameter name="{parameter}">= "So: " + why</camunda:inputParameter>'
    body = START_END + (
        '<sendTask id="a" camunda:type="external" camunda:topic="notify"><extensionElements><camunda:inputOutput>'
        f'<camunda:inputParameter name="to">seo</camunda:inputParameter>{given}'
        "</camunda:inputOutput></extensionElements></sendTask>"
    )
    fails(bpmn(body, "s>a a>e"), ValueMissing, f'The parameter {parameter} of "a"', "a")


def test_an_assignee_may_be_left_open_where_roles_are_named() -> None:
    body = START_END + '<userTask id="a" camunda:candidateGroups="seo" camunda:assignee="= who"/>'
    assert Case(bpmn(body, "s>a a>e")).start(who="").waiting == ["a"]


def test_roles_may_stand_in_one_text_with_commas() -> None:
    body = START_END + '<userTask id="a" camunda:candidateGroups="= &quot;seo, head,&quot;"/>'
    [task] = Case(bpmn(body, "s>a a>e")).start().now_out.user_tasks
    assert task.candidate_groups == ("seo", "head")
