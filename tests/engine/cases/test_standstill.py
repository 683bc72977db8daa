"""A case in which nothing can move any more is an incident that names what waits in vain."""

from __future__ import annotations

from pathlib import Path

from engine import Engine, queries
from engine.queries import IncidentRow
from tests.engine.running import deploy, task
from tests.engine.spiff.cases import bpmn

DIAGRAMS = Path(__file__).parent / "diagrams"


def begun(engine: Engine, name: str, **variables: object) -> int:
    deploy(engine, (DIAGRAMS / f"{name}.bpmn").read_bytes())
    return engine.cases.start("p", variables=variables)


def incidents(engine: Engine, case: int) -> list[IncidentRow]:
    with engine.reading() as session:
        return queries.incidents(session, instance=case)


def test_a_join_that_gets_one_of_two_tokens_is_an_incident_at_the_join(engine: Engine) -> None:
    case = begun(engine, "xor_split_and_join", x=True)
    assert incidents(engine, case) == []
    engine.tasks.complete(task(engine, "a", case))
    [incident] = incidents(engine, case)
    assert (incident.kind, incident.element) == ("stuck", "j")
    assert incident.message.startswith('Nothing can move in this case any more: "j" can never go on')
    assert not incident.retriable


def test_a_join_inside_a_called_process_is_an_incident_of_the_case(engine: Engine) -> None:
    deploy(engine, (DIAGRAMS / "xor_split_and_join.bpmn").read_bytes().replace(b'id="p"', b'id="q"'), "q")
    calls = '<startEvent id="s"/><callActivity id="c" calledElement="q"/><endEvent id="e"/>'
    deploy(engine, bpmn(calls, "s>c c>e", key="caller"), "caller")
    case = engine.cases.start("caller", variables={"x": True})
    engine.tasks.complete(task(engine, "a", case))
    assert [(i.kind, i.element) for i in incidents(engine, case)] == [("stuck", "j")]


def test_a_loop_straight_into_a_join_is_an_incident_at_the_join(engine: Engine) -> None:
    case = begun(engine, "loop_straight_into_join")
    for element in ("a", "b"):
        engine.tasks.complete(task(engine, element, case))
    assert [(i.kind, i.element) for i in incidents(engine, case)] == [("stuck", "j")]


def test_a_second_token_of_one_branch_is_an_incident_at_the_join(engine: Engine) -> None:
    case = begun(engine, "two_tokens_one_branch")
    engine.messages.correlate("reply", {"key": engine.cases.get(case).business_key})
    for element in ("a", "b", "c"):
        engine.tasks.complete(task(engine, element, case))
    assert [(i.kind, i.element) for i in incidents(engine, case)] == [("stuck", "j")]


WATCHED = bpmn(
    '<startEvent id="s"/><exclusiveGateway id="g" default="f_g_b"/><userTask id="a"/><userTask id="b"/>'
    '<parallelGateway id="j" name="Both are in"/><endEvent id="e"/>'
    '<subProcess id="es" triggeredByEvent="true"><startEvent id="ws" isInterrupting="false">'
    "<conditionalEventDefinition><condition>= more = true</condition></conditionalEventDefinition></startEvent>"
    '<userTask id="w"/><endEvent id="we"/><sequenceFlow id="f1" sourceRef="ws" targetRef="w"/>'
    '<sequenceFlow id="f2" sourceRef="w" targetRef="we"/></subProcess>',
    "s>g g>a[x] g>b a>j b>j j>e",
)


def test_a_case_that_moves_again_has_no_incident_any_more(engine: Engine) -> None:
    deploy(engine, WATCHED)
    case = engine.cases.start("p", variables={"x": True, "more": False})
    engine.tasks.complete(task(engine, "a", case))
    assert [i.message.count('"Both are in"') for i in incidents(engine, case)] == [1]
    engine.cases.set_variables(case, {"more": True})
    assert incidents(engine, case) == []
    engine.tasks.complete(task(engine, "w", case))
    assert [i.element for i in incidents(engine, case)] == ["j"]


def test_a_case_that_stays_where_it_is_has_one_incident(engine: Engine) -> None:
    case = begun(engine, "xor_split_and_join", x=True)
    engine.tasks.complete(task(engine, "a", case))
    engine.cases.set_variables(case, {"y": 1})
    assert len(incidents(engine, case)) == 1


def test_the_incident_goes_with_its_case(engine: Engine) -> None:
    case = begun(engine, "xor_split_and_join", x=True)
    engine.tasks.complete(task(engine, "a", case))
    engine.cases.cancel(case, "Drawn wrongly")
    assert incidents(engine, case) == []
