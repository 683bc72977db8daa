"""Events in every position: BPMN 2.0.2 sections 10.5 and 13.5."""

import pytest

from engine.errors import NotWaiting, UncaughtError
from engine.steps import Complete, Fire
from tests.engine.spiff.cases import Case, bpmn, prop

START_END = '<startEvent id="s"/><endEvent id="e"/>'
ROOTS = (
    '<message id="m1" name="reply"/><signal id="s1" name="alarm"/><error id="e1" errorCode="bad"/>'
    '<error id="e2" errorCode="other"/><escalation id="x1" escalationCode="up"/>'
)


def event(tag: str, ident: str, definition: str, **attributes: str) -> str:
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<{tag} id="{ident}"{given}>{definition}</{tag}>'


def timer(text: str, part: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{part}>{text}</{part}></timerEventDefinition>"


MESSAGE = '<messageEventDefinition messageRef="m1"/>'
SIGNAL = '<signalEventDefinition signalRef="s1"/>'


def boundary(ident: str, host: str, definition: str, interrupting: bool = True) -> str:
    return event("boundaryEvent", ident, definition, attachedToRef=host, cancelActivity=str(interrupting).lower())


def sub(ident: str, inner: str, sequence: str, **attributes: str) -> str:
    made = "".join(
        f'<sequenceFlow id="f_{a}_{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in (f.split(">") for f in sequence.split())
    )
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<subProcess id="{ident}"{given}>{inner}{made}</subProcess>'


PLAIN = '<startEvent id="ps"/><userTask id="a"/><endEvent id="pe"/>'


def test_interrupting_boundary_timer_ends_the_activity():
    body = START_END + '<userTask id="a"/><userTask id="b"/>' + boundary("t", "a", timer("P3D"))
    case = Case(bpmn(body, "s>a a>e t>b b>e")).start()
    assert str(case.now_out.timers[0].due.date()) == "2026-09-10"
    assert case.fire("t").waiting == ["b"]
    assert case.cancelled == ["a"]
    case = Case(bpmn(body, "s>a a>e t>b b>e")).start().complete("a")
    assert case.done
    assert not case.now_out.timers


def test_non_interrupting_boundary_timer_goes_on_beside_and_only_once():
    body = START_END + '<userTask id="a"/><userTask id="b"/>' + boundary("t", "a", timer("P3D"), False)
    case = Case(bpmn(body, "s>a a>e t>b b>e")).start().fire("t")
    assert case.waiting == ["a", "b"]
    assert not case.now_out.timers
    assert case.complete("a").complete("b").done


def test_non_interrupting_cycle_repeats_and_skips_beats_missed():
    body = START_END + '<userTask id="a"/><userTask id="b"/>' + boundary("t", "a", timer("R/P7D", "timeCycle"), False)
    case = Case(bpmn(body, "s>a a>e t>b b>e")).start().fire("t")
    first = case.now_out.timers[0].due
    case.now = first.replace(month=11)
    assert case.fire("t").waiting == ["a", "b", "b"]
    assert case.now_out.timers[0].due > case.now


def test_boundary_on_a_subprocess_ends_all_inside():
    body = START_END + sub("p1", PLAIN, "ps>a a>pe") + '<userTask id="b"/>' + boundary("t", "p1", timer("P3D"))
    case = Case(bpmn(body, "s>p1 p1>e t>b b>e")).start().fire("t")
    assert case.waiting == ["b"]
    assert sorted(case.cancelled) == ["a", "p1"]
    assert case.complete("b").done


def test_boundary_on_a_call_activity_ends_the_called_process():
    child = bpmn('<startEvent id="cs"/><userTask id="c"/><endEvent id="ce"/>', "cs>c c>ce", key="child")
    body = (
        START_END + '<callActivity id="k" calledElement="child"/><userTask id="b"/>' + boundary("t", "k", timer("P3D"))
    )
    case = Case(bpmn(body, "s>k k>e t>b b>e"), {"child": child}).start().fire("t")
    assert case.waiting == ["b"]
    assert "c" in case.cancelled


def test_message_boundary_and_payload():
    body = START_END + '<userTask id="a"/><userTask id="b"/>' + boundary("m", "a", MESSAGE)
    case = Case(bpmn(body, "s>a a>e m>b b>e", ROOTS)).start()
    assert [(s.kind, s.name, s.key) for s in case.now_out.subscriptions] == [("message", "reply", "case 1")]
    assert case.receive("reply", grade="inadequate").waiting == ["b"]
    assert case.variables == {"grade": "inadequate"}


def test_correlation_key_is_an_expression():
    body = START_END + event("intermediateCatchEvent", "m", prop(correlationKey="= urn") + MESSAGE)
    case = Case(bpmn(body, "s>m m>e", ROOTS)).start(urn=100001)
    assert case.now_out.subscriptions[0].key == "100001"


def test_signal_reaches_every_catcher_in_the_instance_and_goes_outside():
    body = (
        START_END
        + '<parallelGateway id="g"/><userTask id="a"/><userTask id="b"/>'
        + event("intermediateThrowEvent", "throw", SIGNAL)
        + event("intermediateCatchEvent", "c", SIGNAL)
        + boundary("bs", "b", SIGNAL)
    )
    case = Case(bpmn(body, "s>g g>a g>b g>c a>throw throw>e c>e b>e bs>e", ROOTS)).start().complete("a")
    assert case.done
    assert case.thrown == ["alarm"]
    assert case.cancelled == ["b"]


def test_error_end_event_is_caught_at_the_boundary_of_its_subprocess():
    inner = '<startEvent id="ps"/><parallelGateway id="pg"/><userTask id="a"/><userTask id="a2"/>' + event(
        "endEvent", "pe", '<errorEventDefinition errorRef="e1"/>'
    )
    body = (
        START_END
        + sub("p1", inner, "ps>pg pg>a pg>a2 a>pe")
        + '<userTask id="b"/><userTask id="c"/>'
        + boundary("any", "p1", "<errorEventDefinition/>")
        + boundary("exact", "p1", '<errorEventDefinition errorRef="e1"/>')
        + boundary("wrong", "p1", '<errorEventDefinition errorRef="e2"/>')
    )
    case = Case(bpmn(body, "s>p1 p1>e exact>b any>c wrong>c b>e c>e", ROOTS)).start().complete("a")
    assert case.waiting == ["b"]
    assert "a2" in case.cancelled


def test_error_crosses_a_call_activity():
    child = bpmn(
        '<startEvent id="cs"/>' + event("endEvent", "ce", '<errorEventDefinition errorRef="e1"/>'),
        "cs>ce",
        ROOTS,
        "child",
    )
    body = (
        START_END
        + '<callActivity id="k" calledElement="child"/><userTask id="b"/>'
        + boundary("x", "k", '<errorEventDefinition errorRef="e1"/>')
    )
    assert Case(bpmn(body, "s>k k>e x>b b>e", ROOTS), {"child": child}).start().waiting == ["b"]


def test_an_error_that_nobody_catches_stops_the_step():
    body = '<startEvent id="s"/>' + event("endEvent", "e", '<errorEventDefinition errorRef="e1"/>')
    with pytest.raises(UncaughtError, match='"bad"'):
        Case(bpmn(body, "s>e", ROOTS)).start()


def test_escalation_interrupting_or_not_and_uncaught():
    thrown = event("intermediateThrowEvent", "up", '<escalationEventDefinition escalationRef="x1"/>')
    inner = '<startEvent id="ps"/><userTask id="a"/><endEvent id="pe"/>' + thrown
    catch = '<escalationEventDefinition escalationRef="x1"/>'
    flow = "ps>up up>a a>pe"
    body = START_END + sub("p1", inner, flow) + '<userTask id="b"/>'
    sequence = "s>p1 p1>e x>b b>e"
    assert Case(bpmn(body + boundary("x", "p1", catch, False), sequence, ROOTS)).start().waiting == ["a", "b"]
    assert Case(bpmn(body + boundary("x", "p1", catch), sequence, ROOTS)).start().waiting == ["b"]
    assert Case(bpmn(START_END + sub("p1", inner, flow), "s>p1 p1>e", ROOTS)).start().waiting == ["a"]


def test_terminate_ends_only_its_own_scope():
    inner = '<startEvent id="ps"/><parallelGateway id="pg"/><userTask id="a"/><userTask id="a2"/>' + event(
        "endEvent", "pe", "<terminateEventDefinition/>"
    )
    body = START_END + sub("p1", inner, "ps>pg pg>a pg>a2 a>pe") + '<userTask id="z"/>'
    case = Case(bpmn(body, "s>p1 p1>z z>e")).start().complete("a")
    assert case.waiting == ["z"]
    assert case.cancelled == ["a2"]


def test_link_events_join_two_places_of_a_diagram():
    link = '<linkEventDefinition name="over"/>'
    body = (
        START_END
        + event("intermediateThrowEvent", "l1", link)
        + event("intermediateCatchEvent", "l2", link)
        + '<userTask id="a"/>'
    )
    assert Case(bpmn(body, "s>l1 l2>a a>e")).start().waiting == ["a"]


def test_conditional_event_waits_until_its_condition_becomes_true():
    when = '<conditionalEventDefinition><condition>= level = "high"</condition></conditionalEventDefinition>'
    body = (
        START_END
        + '<parallelGateway id="g"/><userTask id="a"/>'
        + event("intermediateCatchEvent", "c", when)
        + '<userTask id="b"/>'
    )
    case = Case(bpmn(body, "s>g g>a g>c c>b a>e b>e")).start(level="low")
    assert case.waiting == ["a"]
    assert case.set(level="medium").waiting == ["a"]
    assert case.set(level="high").waiting == ["a", "b"]


def test_conditional_boundary_that_does_not_interrupt_fires_once_each_time_it_becomes_true():
    when = "<conditionalEventDefinition><condition>= n > 1</condition></conditionalEventDefinition>".replace(
        "> 1", "&gt; 1"
    )
    body = START_END + '<userTask id="a"/><userTask id="b"/>' + boundary("c", "a", when, False)
    case = Case(bpmn(body, "s>a a>e c>b b>e")).start(n=0)
    case.set(n=2).set(n=3)
    assert case.waiting == ["a", "b"]
    assert case.set(n=0).set(n=5).waiting == ["a", "b", "b"]


EVENT_SUB = dict(triggeredByEvent="true")


def event_sub(definition: str, interrupting: bool, ident: str = "es") -> str:
    start = event("startEvent", f"{ident}_s", definition, isInterrupting=str(interrupting).lower())
    return sub(
        ident,
        f'{start}<userTask id="{ident}_t"/><endEvent id="{ident}_e"/>',
        f"{ident}_s>{ident}_t {ident}_t>{ident}_e",
        **EVENT_SUB,
    )


def test_interrupting_event_subprocess_takes_over_its_scope():
    body = START_END + '<userTask id="a"/>' + event_sub(MESSAGE, True)
    case = Case(bpmn(body, "s>a a>e", ROOTS)).start().receive("reply")
    assert case.waiting == ["es_t"]
    assert case.cancelled == ["a"]
    assert not case.now_out.subscriptions
    assert case.complete("es_t").done


def test_event_subprocess_that_does_not_interrupt_runs_beside_as_often_as_asked():
    body = START_END + '<userTask id="a"/>' + event_sub(MESSAGE, False)
    case = Case(bpmn(body, "s>a a>e", ROOTS)).start().receive("reply").receive("reply")
    assert case.waiting == ["a", "es_t", "es_t"]
    case.complete("a")
    assert not case.done, "the process waits for its event subprocesses"
    assert case.complete("es_t").complete("es_t").done


def test_event_subprocess_on_a_timer_and_listeners_end_with_the_process():
    body = START_END + '<userTask id="a"/>' + event_sub(timer("P3D"), False)
    case = Case(bpmn(body, "s>a a>e")).start()
    assert case.fire("es_s").waiting == ["a", "es_t"]
    assert Case(bpmn(body, "s>a a>e")).start().complete("a").done


def test_error_event_subprocess_catches_inside_its_scope():
    inner = '<startEvent id="ps"/><userTask id="a"/>' + event("endEvent", "pe", '<errorEventDefinition errorRef="e1"/>')
    inner += event_sub('<errorEventDefinition errorRef="e1"/>', True).replace("<subProcess", "<subProcess")
    body = START_END + sub("p1", inner, "ps>a a>pe") + '<userTask id="z"/>'
    case = Case(bpmn(body, "s>p1 p1>z z>e", ROOTS)).start().complete("a")
    assert case.waiting == ["es_t"]
    assert case.complete("es_t").waiting == ["z"]


def test_escalation_event_subprocess_of_the_process():
    inner = '<startEvent id="ps"/><userTask id="a"/><endEvent id="pe"/>' + event(
        "intermediateThrowEvent", "up", '<escalationEventDefinition escalationRef="x1"/>'
    )
    body = (
        START_END
        + sub("p1", inner, "ps>up up>a a>pe")
        + event_sub('<escalationEventDefinition escalationRef="x1"/>', False)
    )
    assert Case(bpmn(body, "s>p1 p1>e", ROOTS)).start().waiting == ["a", "es_t"]


def test_multiple_event_takes_the_first_and_parallel_multiple_needs_all():
    both = MESSAGE + timer("P3D")
    body = START_END + event("intermediateCatchEvent", "c", both)
    assert Case(bpmn(body, "s>c c>e", ROOTS)).start().receive("reply").done
    assert Case(bpmn(body, "s>c c>e", ROOTS)).start().fire("c").done
    body = START_END + event("intermediateCatchEvent", "c", both, parallelMultiple="true")
    case = Case(bpmn(body, "s>c c>e", ROOTS)).start().receive("reply")
    assert not case.done
    assert case.fire("c").done


def test_start_by_message_names_its_event():
    body = START_END + event("startEvent", "m", MESSAGE) + '<userTask id="a"/><userTask id="b"/>'
    case = Case(bpmn(body, "s>a m>b a>e b>e", ROOTS))
    assert case.start(element="m").waiting == ["b"]
    assert case.start().waiting == ["a"]
    assert [(t.kind, t.name) for t in case.definition.starts] == [("none", ""), ("message", "reply")]


def test_message_end_event_throws_its_payload():
    io = '<extensionElements><camunda:inputOutput><camunda:inputParameter name="urn">= school.urn</camunda:inputParameter></camunda:inputOutput></extensionElements>'
    body = '<startEvent id="s"/>' + event("endEvent", "e", io + MESSAGE)
    case = Case(bpmn(body, "s>e", ROOTS)).start(school={"urn": "100001"})
    (thrown,) = case.now_out.thrown
    assert (thrown.name, thrown.key, thrown.payload) == ("reply", "case 1", {"urn": "100001"})


COMPENSATED = (
    '<userTask id="%(i)s"/><boundaryEvent id="c%(i)s" attachedToRef="%(i)s"><compensateEventDefinition/></boundaryEvent>'
    '<userTask id="undo_%(i)s" isForCompensation="true"/><association id="as%(i)s" sourceRef="c%(i)s" targetRef="undo_%(i)s" associationDirection="One"/>'
)


def test_compensation_undoes_completed_activities_last_first_and_then_goes_on():
    body = (
        START_END
        + COMPENSATED % {"i": "a"}
        + COMPENSATED % {"i": "b"}
        + COMPENSATED % {"i": "never"}
        + event("intermediateThrowEvent", "t", "<compensateEventDefinition/>")
        + '<userTask id="z"/>'
    )
    case = Case(bpmn(body, "s>a a>b b>t t>z z>never never>e")).start().complete("a").complete("b")
    assert case.waiting == ["undo_b"]
    assert case.complete("undo_b").waiting == ["undo_a"]
    assert case.complete("undo_a").waiting == ["z"]


def test_compensation_of_one_named_activity_and_inside_a_completed_subprocess():
    inner = '<startEvent id="ps"/><endEvent id="pe"/>' + COMPENSATED % {"i": "a"}
    body = (
        START_END
        + sub("p1", inner, "ps>a a>pe")
        + COMPENSATED % {"i": "b"}
        + event("endEvent", "t", '<compensateEventDefinition activityRef="p1"/>')
    )
    case = Case(bpmn(body, "s>p1 p1>b b>t")).start().complete("a").complete("b")
    assert case.waiting == ["undo_a"]
    assert case.complete("undo_a").done


def test_transaction_cancel_compensates_and_leaves_by_the_cancel_event():
    inner = (
        '<startEvent id="ps"/><endEvent id="pe"/><exclusiveGateway id="g" default="f_g_pe"/>'
        + COMPENSATED % {"i": "a"}
        + event("endEvent", "pc", "<cancelEventDefinition/>")
        + '<sequenceFlow id="f_ps_a" sourceRef="ps" targetRef="a"/><sequenceFlow id="f_a_g" sourceRef="a" targetRef="g"/>'
        '<sequenceFlow id="f_g_pe" sourceRef="g" targetRef="pe"/>'
        '<sequenceFlow id="f_g_pc" sourceRef="g" targetRef="pc"><conditionExpression>= undo</conditionExpression></sequenceFlow>'
    )
    body = (
        START_END
        + f'<transaction id="p1">{inner}</transaction><userTask id="z"/>'
        + boundary("x", "p1", "<cancelEventDefinition/>")
    )
    case = Case(bpmn(body, "s>p1 p1>e x>z z>e")).start().complete("a", undo=True)
    assert case.waiting == ["undo_a"]
    assert case.complete("undo_a").waiting == ["z"]
    assert Case(bpmn(body, "s>p1 p1>e x>z z>e")).start().complete("a", undo=False).done


def test_what_no_longer_waits_is_refused_and_changes_nothing():
    body = START_END + '<userTask id="a"/><userTask id="b"/>' + boundary("t", "a", timer("P3D"))
    case = Case(bpmn(body, "s>a a>b t>e b>e")).start()
    task, late = case.now_out.user_tasks[0].token, case.now_out.timers[0].token
    case.complete("a")
    for trigger in (Complete(task, {}), Fire(late), Complete("999", {})):
        with pytest.raises(NotWaiting):
            case.step(trigger)
    assert case.waiting == ["b"]


def test_a_timer_made_from_a_variable_is_worked_out_again_when_the_diagram_says_so():
    body = START_END + event("intermediateCatchEvent", "t", prop(retime="true") + timer("= every"))
    case = Case(bpmn(body, "s>t t>e")).start(every="P10D")
    assert str(case.now_out.timers[0].due.date()) == "2026-09-17"
    case.set(every="P5D")
    assert str(case.now_out.timers[0].due.date()) == "2026-09-12"


def test_a_message_travels_by_its_name_whatever_operation_stands_beside_it():
    body = START_END + (
        '<sendTask id="t" messageRef="m1" operationRef="o"/><receiveTask id="r" messageRef="m1" operationRef="o"/>'
    )
    case = Case(bpmn(body, "s>t t>r r>e", ROOTS)).start()
    assert case.thrown == ["reply"]
    assert case.receive("reply").done


CALLED = bpmn(
    '<startEvent id="qs"/><userTask id="qa"/><endEvent id="qe"/>'
    + event("boundaryEvent", "heard", prop(correlationKey="= k") + MESSAGE, attachedToRef="qa", cancelActivity="false")
    + '<userTask id="qb"/>',
    "qs>qa qa>qe heard>qb",
    ROOTS,
    "q",
)
TWO_CALLS = (
    START_END
    + '<parallelGateway id="g"/>'
    + "".join(f'<callActivity id="{c}" calledElement="q">{{{c}}}</callActivity>' for c in "cd")
)


def calls(first: str, second: str, more: str = "") -> Case:
    """A case that has called one process twice, each call under a key of its own, and listens itself where ``more`` does."""
    keyed = [
        f'<extensionElements><camunda:in sourceExpression="= &quot;{key}&quot;" target="k"/></extensionElements>'
        for key in (first, second)
    ]
    body = TWO_CALLS.format(c=keyed[0], d=keyed[1]) + more
    return Case(bpmn(body, "s>g g>c g>d c>e d>e", ROOTS), {"q": CALLED}).start(k="one")


def test_a_message_reaches_each_call_that_waits_for_it():
    assert calls("one", "one").receive("reply").waiting == ["qa", "qa", "qb", "qb"]


def test_a_message_reaches_the_case_and_what_it_called():
    own = event_sub(prop(correlationKey="= k") + MESSAGE, False)
    assert calls("one", "one", own).receive("reply", "es_s").waiting == ["es_t", "qa", "qa", "qb", "qb"]


def test_a_call_that_waits_under_another_key_does_not_hear_a_message():
    assert calls("one", "two").receive("reply").waiting == ["qa", "qa", "qb"]


def test_one_message_is_for_one_of_the_elements_of_a_process_that_wait():
    body = (
        START_END
        + '<parallelGateway id="g"/><receiveTask id="a" messageRef="m1"/><receiveTask id="b" messageRef="m1"/>'
    )
    case = Case(bpmn(body, "s>g g>a g>b a>e b>e", ROOTS)).start().receive("reply")
    assert [each.element for each in case.now_out.subscriptions] == ["b"]


def test_a_call_that_ends_with_the_message_does_not_hear_it():
    ends = event(
        "boundaryEvent", "over", prop(correlationKey="= k") + MESSAGE, attachedToRef="c", cancelActivity="true"
    )
    body = START_END + '<callActivity id="c" calledElement="q"/>' + ends
    assert Case(bpmn(body, "s>c c>e over>e", ROOTS), {"q": CALLED}).start(k="one").receive("reply", "over").done


def test_a_signal_from_outside_reaches_every_catcher_of_the_case():
    catchers = event("intermediateCatchEvent", "c", SIGNAL) + event("intermediateCatchEvent", "d", SIGNAL)
    body = START_END + '<parallelGateway id="g"/>' + catchers
    assert Case(bpmn(body, "s>g g>c g>d c>e d>e", ROOTS)).start().receive("alarm").done
