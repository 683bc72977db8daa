"""An expression that eats time or memory harms its own case only: it is stopped, becomes an incident, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine import Config, Engine, queries
from engine.errors import AnswerKept, ExpressionFailed
from engine.feel import Feel
from tests.engine.running import DAY, clock_of, running, task
from tests.engine.spiff.cases import bpmn, prop

ENDLESS = "count(for i in 1..100000, j in 1..100000 return i * j) = 0"
GREEDY = 'string length(string join(for i in 1..60000000 return "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")) = 0'
BACKTRACKING = 'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")'
HOSTILE = [ENDLESS, GREEDY, BACKTRACKING]


def process(key: str, condition: str) -> bytes:
    """A timer, a condition, then a task."""
    body = (
        '<startEvent id="s"/><intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>P1D</timeDuration>'
        '</timerEventDefinition></intermediateCatchEvent><exclusiveGateway id="x" default="f_x_a"/>'
        '<userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
    )
    return bpmn(body, f"s>t t>x x>b[{condition}] x>a a>e b>e", key=key)


@pytest.mark.parametrize("condition", HOSTILE)
def test_a_hostile_expression_is_an_incident_of_its_case_and_the_worker_goes_on(
    database_url: str, condition: str
) -> None:
    engine = running(database_url)
    engine.deployments.deploy({"bad.bpmn": process("bad", condition)}, strict=False)
    engine.deployments.deploy({"good.bpmn": process("good", "1 = 2")}, strict=False)
    bad, good = engine.cases.start("bad"), engine.cases.start("good")
    clock_of(engine).advance(DAY)
    engine.jobs.run_due()
    assert task(engine, "a", good), "the other case goes on at once"
    for _ in range(5):
        clock_of(engine).advance(timedelta(hours=1))
        engine.jobs.run_due()
    assert engine.tasks.open(bad) == []
    assert engine.cases.get(bad).status == "active"
    with engine.reading() as session:
        (incident,) = queries.incidents(session)
    assert incident.instance_id == bad
    assert "used too much" in incident.message


def test_a_hostile_expression_after_a_task_leaves_the_task_open(database_url: str) -> None:
    engine = running(database_url)
    body = '<startEvent id="s"/><userTask id="a"/><exclusiveGateway id="x" default="f_x_e"/><endEvent id="e"/><endEvent id="e2"/>'
    engine.deployments.deploy({"p.bpmn": bpmn(body, f"s>a a>x x>e2[{ENDLESS}] x>e")}, strict=False)
    case = engine.cases.start("p")
    with pytest.raises(AnswerKept, match="used too much time"):
        engine.tasks.complete(task(engine, "a", case), {"note": "kept by the page"}, by="seo")
    assert task(engine, "a", case)
    with engine.reading() as session:
        assert [each.instance_id for each in queries.incidents(session)] == [case]


@pytest.mark.parametrize(
    "expression",
    [
        'x.constructor("return 1")()',
        "__proto__",
        "globalThis.feel",
        "process.env",
        'require("fs")',
        'import("fs")',
        "this",
        "constructor.constructor",
        "[].constructor",
        '"".constructor.constructor("return this")()',
        'Function("return 1")()',
        "feel",
        "feelCheck",
        "prototype",
        'open("/etc/passwd")',
        "__import__",
        "Deno",
        "fetch",
        'eval("1")',
        "x.__proto__.polluted",
    ],
)
def test_an_expression_reaches_nothing_but_its_variables(expression: str) -> None:
    try:
        assert Feel.shared().evaluate(expression, {"x": {"y": 1}}) in (None, [])
    except ExpressionFailed as failed:
        assert "function" in str(failed) or "could not be worked out" in str(failed)


def test_a_case_sees_no_other_case_s_data(database_url: str) -> None:
    engine: Engine = running(database_url)
    body = (
        '<startEvent id="s"/><scriptTask id="c" scriptFormat="feel" camunda:resultVariable="seen">'
        + prop(nullAllowed="true")
        + '<script>= secret</script></scriptTask><userTask id="a"/><endEvent id="e"/>'
    )
    engine.deployments.deploy({"p.bpmn": bpmn(body, "s>c c>a a>e")}, strict=False)
    engine.cases.start("p", variables={"secret": "mine"})
    other = engine.cases.start("p")
    assert engine.cases.variables(other) == {"seen": None}


#: Each takes a good part of what one expression may take, and none more; no two have the same text.
SLOW = [f"count(for i in 1..60000 return i * {each}) = 0" for each in range(1, 200)]


def _many_ways() -> str:
    """An element whose expressions are worked out together: a way out for each."""
    ways = "".join(
        f'<sequenceFlow id="w{at}" sourceRef="x" targetRef="e"><conditionExpression>= {each}</conditionExpression></sequenceFlow>'
        for at, each in enumerate(SLOW)
    )
    return f'<exclusiveGateway id="x" name="Many" default="f_x_e"/>{ways}'


def _many_values() -> str:
    """One whose expressions are worked out one after another."""
    outputs = "".join(
        f'<camunda:outputParameter name="v{at}">= {each}</camunda:outputParameter>' for at, each in enumerate(SLOW)
    )
    inner = f"<extensionElements><camunda:inputOutput>{outputs}</camunda:inputOutput></extensionElements>"
    return f'<task id="x" name="Many">{inner}</task>'


@pytest.mark.parametrize("many", [_many_ways, _many_values])
def test_one_element_whose_expressions_take_too_long_together_is_stopped_within_the_step_s_budget(
    sqlite_url: str, many: Callable[[], str]
) -> None:
    engine = running(sqlite_url, config=Config(step_budget=timedelta(seconds=0.3)))
    body = f'<startEvent id="s"/><userTask id="a"/>{many()}<endEvent id="e"/>'
    engine.deployments.deploy({"p.bpmn": bpmn(body, "s>a a>x x>e")}, strict=False)
    case = engine.cases.start("p")
    with pytest.raises(AnswerKept, match='At "Many" the case had been busy for more than 0.3 seconds'):
        engine.tasks.complete(task(engine, "a", case), {}, by="seo")
    with engine.reading() as session:
        [incident] = queries.incidents(session)
    assert (incident.element, incident.instance_id) == ("x", case)
