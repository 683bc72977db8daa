"""Elements together: what a diagram from anywhere may combine, and must be run as the standard says."""

from tests.engine.spiff.cases import Case, bpmn
from tests.engine.spiff.test_activities import ITEMS
from tests.engine.spiff.test_events import MESSAGE, ROOTS, START_END, boundary, event, event_sub, sub, timer

LOOP = f"<multiInstanceLoopCharacteristics {ITEMS}/>"
ERROR = '<errorEventDefinition errorRef="e1"/>'


def test_an_interrupting_boundary_event_on_a_multi_instance_ends_every_instance():
    body = START_END + f'<userTask id="a">{LOOP}</userTask><userTask id="b"/>' + boundary("m", "a", MESSAGE)
    case = Case(bpmn(body, "s>a a>e m>b b>e", ROOTS)).start(bodies=[1, 2, 3])
    assert case.receive("reply").waiting == ["b"]
    assert case.cancelled == ["a", "a", "a"]


def test_an_error_in_one_instance_of_a_multi_instance_subprocess_ends_them_all():
    inner = '<startEvent id="ps"/><userTask id="a"/>' + event("endEvent", "pe", ERROR) + LOOP
    body = START_END + sub("p1", inner, "ps>a a>pe") + '<userTask id="b"/>' + boundary("x", "p1", ERROR)
    case = Case(bpmn(body, "s>p1 p1>e x>b b>e", ROOTS)).start(bodies=["x", "y"])
    assert case.waiting == ["a", "a"]
    assert case.complete("a").waiting == ["b"]


def test_an_event_subprocess_inside_one_instance_leaves_the_others_alone():
    inner = '<startEvent id="ps"/><userTask id="a"/><endEvent id="pe"/>' + event_sub(MESSAGE, True) + LOOP
    case = Case(bpmn(START_END + sub("p1", inner, "ps>a a>pe"), "s>p1 p1>e", ROOTS)).start(bodies=["x", "y"])
    assert case.receive("reply").waiting == ["a", "es_t"]
    assert case.complete("es_t").complete("a").done


def test_a_conditional_event_subprocess_watches_the_variables():
    when = '<conditionalEventDefinition><condition>= risk = "high"</condition></conditionalEventDefinition>'
    case = Case(bpmn(START_END + '<userTask id="a"/>' + event_sub(when, False), "s>a a>e")).start(risk="low")
    assert case.waiting == ["a"]
    assert case.set(risk="high").waiting == ["a", "es_t"]


def test_terminate_in_a_called_process_ends_that_process_only():
    child = bpmn(
        '<startEvent id="cs"/><parallelGateway id="cg"/><userTask id="c"/><userTask id="d"/>'
        + event("endEvent", "ce", "<terminateEventDefinition/>"),
        "cs>cg cg>c cg>d c>ce",
        key="child",
    )
    case = Case(
        bpmn(START_END + '<callActivity id="k" calledElement="child"/><userTask id="z"/>', "s>k k>z z>e"),
        {"child": child},
    )
    assert case.start().complete("c").waiting == ["z"]
    assert "d" in case.cancelled


def test_an_escalation_from_a_called_process_reaches_its_caller():
    child = bpmn(
        '<startEvent id="cs"/><userTask id="c"/><endEvent id="ce"/>'
        + event("intermediateThrowEvent", "up", '<escalationEventDefinition escalationRef="x1"/>'),
        "cs>up up>c c>ce",
        ROOTS,
        "child",
    )
    catch = boundary("x", "k", '<escalationEventDefinition escalationRef="x1"/>', False)
    body = START_END + '<callActivity id="k" calledElement="child"/><userTask id="b"/>' + catch
    assert Case(bpmn(body, "s>k k>e x>b b>e", ROOTS), {"child": child}).start().waiting == ["b", "c"]


def test_a_process_that_calls_itself_ends_when_its_condition_does():
    body = (
        START_END
        + '<exclusiveGateway id="g" default="f_g_e"/><scriptTask id="n" scriptFormat="feel" camunda:resultVariable="depth">'
        '<script>= depth - 1</script></scriptTask><callActivity id="k" calledElement="p"/>'
    )
    case = Case(bpmn(body, "s>g g>n[depth > 0] g>e n>k k>e")).start(depth=5)
    assert case.done
    assert case.trace.count("n") == 5


def test_several_calls_of_one_process_keep_their_variables_apart():
    child = bpmn('<startEvent id="cs"/><userTask id="c"/><endEvent id="ce"/>', "cs>c c>ce", key="child")
    maps = '<extensionElements><camunda:in source="body" target="body"/><camunda:out source="answer" target="answer"/></extensionElements>'
    body = START_END + f'<callActivity id="k" calledElement="child">{maps}{LOOP}</callActivity>'
    case = Case(bpmn(body, "s>k k>e"), {"child": child}).start(bodies=["x", "y"])
    from engine.spiff import variables_at

    seen = sorted(variables_at(case.now_out.state, t.token)["body"] for t in case.now_out.user_tasks)
    assert seen == ["x", "y"]
    assert case.complete("c", answer=1).complete("c", answer=2).done


def test_two_tokens_into_one_task_run_it_twice():
    body = START_END + '<parallelGateway id="g"/><userTask id="a"/>'
    xml = bpmn(body, "s>g a>e").replace(
        b"</bpmn:process>",
        b'<bpmn:sequenceFlow id="x1" sourceRef="g" targetRef="a"/><bpmn:sequenceFlow id="x2" sourceRef="g" targetRef="a"/></bpmn:process>',
    )
    case = Case(xml).start()
    assert case.waiting == ["a", "a"]
    assert not case.complete("a").done
    assert case.complete("a").done


def test_a_parallel_gateway_joins_and_splits_at_once():
    body = (
        START_END
        + "".join(f'<userTask id="{i}"/>' for i in "abcd")
        + '<parallelGateway id="g"/><parallelGateway id="h"/><parallelGateway id="j"/>'
    )
    case = Case(bpmn(body, "s>g g>a g>b a>h b>h h>c h>d c>j d>j j>e")).start()
    assert case.complete("a").waiting == ["b"]
    assert case.complete("b").waiting == ["c", "d"]
    assert case.complete("c").complete("d").done


def test_a_nested_subprocess_ends_inside_out_when_the_outer_is_interrupted():
    inner = sub("p2", '<startEvent id="qs"/><userTask id="a"/><endEvent id="qe"/>', "qs>a a>qe")
    body = (
        START_END
        + sub("p1", f'<startEvent id="ps"/>{inner}<endEvent id="pe"/>', "ps>p2 p2>pe")
        + '<userTask id="b"/>'
        + boundary("t", "p1", timer("P1D"))
    )
    case = Case(bpmn(body, "s>p1 p1>e t>b b>e")).start().fire("t")
    assert case.waiting == ["b"]
    assert case.cancelled == ["a", "p2", "p1"]


def test_a_boundary_event_of_a_loop_that_is_entered_again_listens_again():
    body = (
        START_END
        + '<userTask id="a"/><userTask id="b"/><exclusiveGateway id="g" default="f_g_e"/>'
        + boundary("t", "a", timer("P1D"), False)
    )
    case = Case(bpmn(body, "s>a a>g g>a[again] g>e t>b b>e")).start().fire("t").complete("b")
    case.complete("a", again=True)
    assert [t.element for t in case.now_out.timers] == ["t"]
    assert case.complete("a", again=False).done
    assert not case.now_out.timers


def test_a_subprocess_without_start_event_begins_with_what_nothing_leads_to():
    case = Case(
        bpmn(START_END + sub("p1", '<userTask id="a"/><userTask id="b"/><userTask id="c"/>', "a>c"), "s>p1 p1>e")
    ).start()
    assert case.waiting == ["a", "b"]
    assert case.complete("a").complete("b").complete("c").done


def test_an_event_subprocess_that_compensates_undoes_what_its_scope_has_done():
    done = (
        '<userTask id="a"/><boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
        '<userTask id="undo" isForCompensation="true"/><association id="as1" sourceRef="ca" targetRef="undo"/>'
    )
    start = event("startEvent", "es_s", MESSAGE, isInterrupting="true")
    undoing = sub(
        "es", start + event("endEvent", "es_e", "<compensateEventDefinition/>"), "es_s>es_e", triggeredByEvent="true"
    )
    case = Case(bpmn(START_END + done + '<userTask id="b"/>' + undoing, "s>a a>b b>e", ROOTS)).start().complete("a")
    assert case.receive("reply").waiting == ["undo"]
    assert case.complete("undo").done
