"""Reading a diagram: every part that the executor, lint and comparison rely on."""

from __future__ import annotations

import pytest

from engine.diagram import BPMN, Diagram, is_feel, read, strip_feel, to_utf8
from engine.errors import DiagramRefused, ParseFailed

XML = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:tns="http://example.org" targetNamespace="http://example.org">
  <bpmn:message id="judgement" name="ofsted-judgement"/>
  <bpmn:signal id="closure" name="school-closed"/>
  <bpmn:error id="lost" name="Lost" errorCode="LOST"/>
  <bpmn:escalation id="up" name="Upwards" escalationCode="UP"/>
  <bpmn:timerEventDefinition id="shared"><bpmn:timeCycle>every half-term</bpmn:timeCycle></bpmn:timerEventDefinition>
  <bpmn:dataStore id="register" name="Risk register"/>
  <bpmn:collaboration id="talk">
    <bpmn:participant id="council" name="Council" processRef="review"/>
    <bpmn:participant id="school" name="School"/>
    <bpmn:messageFlow id="letter" name="Letter" sourceRef="ask" targetRef="school" messageRef="judgement"/>
  </bpmn:collaboration>
  <bpmn:process id="review" name="Review" isExecutable="true" camunda:candidateStarterGroups="seo, system-leader">
    <bpmn:documentation>How a review goes.</bpmn:documentation>
    <bpmn:extensionElements><camunda:properties>
      <camunda:property name="clause" value="BAR-ESC-0.1"/></camunda:properties></bpmn:extensionElements>
    <bpmn:laneSet id="lanes">
      <bpmn:lane id="officers" name="Officers"><bpmn:flowNodeRef>begin</bpmn:flowNodeRef>
        <bpmn:childLaneSet id="inner"><bpmn:lane id="seo" name="SEO"><bpmn:flowNodeRef>ask</bpmn:flowNodeRef></bpmn:lane>
        </bpmn:childLaneSet></bpmn:lane>
    </bpmn:laneSet>
    <bpmn:dataObject id="minutes-data" isCollection="true"/>
    <bpmn:dataObjectReference id="minutes" name="Minutes" dataObjectRef="minutes-data"/>
    <bpmn:startEvent id="begin" camunda:formKey="barnsley/concern"/>
    <bpmn:userTask id="ask" name="Ask" camunda:formKey="barnsley/evidence" camunda:candidateGroups="seo,clerk"
        camunda:assignee="= leader" camunda:dueDate="10 working days" camunda:priority="50" default="to-end">
      <bpmn:documentation>Ask the school.</bpmn:documentation>
      <bpmn:extensionElements>
        <camunda:properties>
          <camunda:property name="clause" value="BAR-ESC-1.3 BAR-ESC-1.4"/>
          <camunda:property name="outputCollection" value="answers"/>
          <camunda:property name="outputElement" value="= answer"/>
        </camunda:properties>
        <camunda:inputOutput>
          <camunda:inputParameter name="pace">slow</camunda:inputParameter>
          <camunda:inputParameter name="made"><camunda:script>1</camunda:script></camunda:inputParameter>
          <camunda:outputParameter name="grade">= answer.grade</camunda:outputParameter>
        </camunda:inputOutput>
      </bpmn:extensionElements>
      <bpmn:incoming>to-ask</bpmn:incoming>
      <bpmn:property id="paper" name="paper"/>
      <bpmn:dataInputAssociation id="reads"><bpmn:sourceRef>minutes</bpmn:sourceRef>
        <bpmn:targetRef>paper</bpmn:targetRef></bpmn:dataInputAssociation>
      <bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="schools" camunda:elementVariable="school">
        <bpmn:completionCondition>= done</bpmn:completionCondition>
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:userTask>
    <bpmn:boundaryEvent id="late" attachedToRef="ask" cancelActivity="false">
      <bpmn:timerEventDefinition id="late-timer"><bpmn:timeDuration>15 working days</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:intermediateCatchEvent id="hear"><bpmn:messageEventDefinition messageRef="tns:judgement"/></bpmn:intermediateCatchEvent>
    <bpmn:intermediateCatchEvent id="season"><bpmn:eventDefinitionRef>shared</bpmn:eventDefinitionRef></bpmn:intermediateCatchEvent>
    <bpmn:subProcess id="part" triggeredByEvent="true">
      <bpmn:startEvent id="inner-start" isInterrupting="false"><bpmn:signalEventDefinition signalRef="closure"/></bpmn:startEvent>
      <bpmn:endEvent id="inner-end"><bpmn:errorEventDefinition errorRef="lost"/></bpmn:endEvent>
      <bpmn:sequenceFlow id="inner-flow" sourceRef="inner-start" targetRef="inner-end"/>
    </bpmn:subProcess>
    <bpmn:callActivity id="call" calledElement="other"><bpmn:extensionElements>
      <camunda:in businessKey="= key"/><camunda:in variables="all"/><camunda:in source="a" target="b"/>
      <camunda:out sourceExpression="= c + 1" target="d"/></bpmn:extensionElements></bpmn:callActivity>
    <bpmn:businessRuleTask id="decide" camunda:decisionRef="category" camunda:mapDecisionResult="singleEntry"
        camunda:resultVariable="letter"/>
    <bpmn:scriptTask id="add" scriptFormat="feel" camunda:resultVariable="sum"><bpmn:script>= 1 + 1</bpmn:script></bpmn:scriptTask>
    <bpmn:sendTask id="tell" camunda:type="external" camunda:topic="notify"/>
    <bpmn:receiveTask id="wait" messageRef="judgement"/>
    <bpmn:endEvent id="finish"><bpmn:escalationEventDefinition escalationRef="up"/></bpmn:endEvent>
    <bpmn:sequenceFlow id="to-ask" sourceRef="begin" targetRef="ask"/>
    <bpmn:sequenceFlow id="to-hear" name="yes" sourceRef="ask" targetRef="hear">
      <bpmn:conditionExpression>= grade &lt; 3</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="to-end" sourceRef="ask" targetRef="finish"/>
    <bpmn:textAnnotation id="note"><bpmn:text>See the policy</bpmn:text></bpmn:textAnnotation>
    <bpmn:association id="noted" sourceRef="note" targetRef="ask" associationDirection="One"/>
  </bpmn:process>
</bpmn:definitions>
"""


@pytest.fixture(scope="module")
def diagram() -> Diagram:
    return read(XML.encode(), "review.bpmn")


def test_the_process(diagram: Diagram) -> None:
    [process] = diagram.processes.values()
    assert (process.key, process.name, process.executable) == ("review", "Review", True)
    assert process.candidate_starter_groups == ("seo", "system-leader")
    assert process.documentation == "How a review goes."
    assert process.clauses == ("BAR-ESC-0.1",)


def test_a_user_task(diagram: Diagram) -> None:
    ask = diagram.elements["ask"]
    assert (ask.kind, ask.name, ask.process, ask.parent) == ("userTask", "Ask", "review", "review")
    assert (ask.form_key, ask.candidate_groups, ask.assignee) == ("barnsley/evidence", ("seo", "clerk"), "= leader")
    assert (ask.due_date, ask.priority, ask.default) == ("10 working days", "50", "to-end")
    assert (ask.incoming, ask.outgoing) == (("to-ask",), ("to-hear", "to-end"))
    assert (ask.declared_incoming, ask.declared_outgoing) == (("to-ask",), ())
    assert ask.documentation == "Ask the school."
    assert ask.clauses == ("BAR-ESC-1.3", "BAR-ESC-1.4")
    assert XML.splitlines()[ask.line - 1].endswith('default="to-end">')


def test_parameters(diagram: Diagram) -> None:
    ask = diagram.elements["ask"]
    assert [(one.name, one.text, one.form) for one in ask.inputs] == [("pace", "slow", "text"), ("made", "1", "script")]
    assert [(one.name, one.text) for one in ask.outputs] == [("grade", "= answer.grade")]


def test_a_loop(diagram: Diagram) -> None:
    loop = diagram.elements["ask"].loop
    assert loop is not None
    assert (loop.kind, loop.sequential, loop.behavior) == ("multi", True, "All")
    assert (loop.collection, loop.element_variable, loop.completion_condition) == ("schools", "school", "= done")
    assert (loop.output_collection, loop.output_element) == ("answers", "= answer")


def test_events(diagram: Diagram) -> None:
    late = diagram.elements["late"]
    assert (late.attached_to, late.cancel_activity) == ("ask", False)
    [timer] = late.event_definitions
    assert (timer.kind, timer.timer_kind, timer.text, timer.id) == (
        "timer",
        "timeDuration",
        "15 working days",
        "late-timer",
    )
    [message] = diagram.elements["hear"].event_definitions
    assert (message.kind, message.ref, message.name) == ("message", "judgement", "ofsted-judgement")
    [shared] = diagram.elements["season"].event_definitions
    assert (shared.kind, shared.timer_kind, shared.text) == ("timer", "timeCycle", "every half-term")
    [error] = diagram.elements["inner-end"].event_definitions
    assert (error.kind, error.name, error.code) == ("error", "Lost", "LOST")
    assert diagram.elements["finish"].event_kinds == ("escalation",)
    assert diagram.boundary_events("ask") == (late,)


def test_scopes(diagram: Diagram) -> None:
    start = diagram.elements["inner-start"]
    assert (start.parent, start.process, start.interrupting) == ("part", "review", False)
    assert diagram.scopes("inner-start") == ("part", "review")
    assert diagram.starts("part") == (start,)
    assert [child.id for child in diagram.children("part")] == ["inner-start", "inner-end"]
    assert diagram.elements["part"].triggered_by_event
    assert diagram.flows["inner-flow"].scope == "part"


def test_calls_and_decisions(diagram: Diagram) -> None:
    call = diagram.elements["call"]
    assert call.called_element == "other"
    key, every, one, out = call.mappings
    assert (key.direction, key.business_key, every.all) == ("in", "= key", True)
    assert (one.source, one.target, out.direction, out.expression, out.target) == ("a", "b", "out", "= c + 1", "d")
    decide = diagram.elements["decide"]
    assert (decide.decision_ref, decide.map_decision_result) == ("category", "singleEntry")
    assert decide.result_variable == "letter"


def test_other_tasks(diagram: Diagram) -> None:
    add, tell, wait = (diagram.elements[key] for key in ("add", "tell", "wait"))
    assert (add.script, add.script_format, add.result_variable) == ("= 1 + 1", "feel", "sum")
    assert (tell.task_type, tell.topic, tell.camunda("topic")) == ("external", "notify", "notify")
    assert (wait.message_ref, wait.message_name) == ("judgement", "ofsted-judgement")


def test_flows(diagram: Diagram) -> None:
    flow = diagram.flows["to-hear"]
    assert (flow.name, flow.source, flow.target, flow.condition) == ("yes", "ask", "hear", "= grade < 3")
    assert flow.has_condition
    assert not diagram.flows["to-end"].has_condition
    assert [one.id for one in diagram.flows_from(diagram.elements["ask"])] == ["to-hear", "to-end"]
    assert [one.id for one in diagram.flows_into(diagram.elements["ask"])] == ["to-ask"]


def test_what_stands_around(diagram: Diagram) -> None:
    assert {item.kind for item in diagram.items.values()} == {"message", "signal", "error", "escalation"}
    assert diagram.item("message", "judgement")
    assert diagram.item("signal", "judgement") is None
    assert [(pool.name, pool.process) for pool in diagram.pools.values()] == [("Council", "review"), ("School", "")]
    letter = diagram.message_flows["letter"]
    assert (letter.source, letter.target, letter.message_ref) == ("ask", "school", "judgement")
    assert diagram.associations["noted"].direction == "One"
    assert "note" in diagram.artifacts
    assert diagram.lanes["seo"].parent == "officers"
    assert (diagram.lane_of("ask"), diagram.lane_of("begin"), diagram.lane_of("add")) == ("SEO", "Officers", "")


def test_data(diagram: Diagram) -> None:
    assert diagram.data["minutes"].ref == "minutes-data"
    assert diagram.data["minutes-data"].collection
    assert (diagram.data["paper"].scope, diagram.data["register"].scope) == ("ask", "")
    [reads] = diagram.elements["ask"].data_associations
    assert (reads.kind, reads.sources, reads.target) == ("input", ("minutes",), "paper")


def test_nothing_is_lost_when_ids_are() -> None:
    body = '<task id="a"/><task id="a"/><task/><sequenceFlow sourceRef="a" targetRef="a"/>'
    xml = f'<definitions xmlns="{BPMN}"><process id="p">{body}</process></definitions>'
    diagram = read(xml.encode(), "p.bpmn")
    assert len(diagram.elements) == 3
    assert len(diagram.flows) == 1
    assert [one.id for one in diagram.duplicates] == ["a"]
    assert sorted(one.kind for one in diagram.anonymous) == ["sequenceFlow", "task"]
    assert diagram.processes["p"].executable


def test_feel_is_told_by_its_sign() -> None:
    assert is_feel(" = a")
    assert not is_feel("a = b")
    assert (strip_feel(" = a = b "), strip_feel("a")) == ("a = b", "a")


def test_feel_groups_are_not_split_at_their_commas() -> None:
    xml = XML.replace('candidateGroups="seo,clerk"', 'candidateGroups="= [&quot;a&quot;, &quot;b&quot;]"')
    assert read(xml.encode(), "p.bpmn").elements["ask"].candidate_groups == ('= ["a", "b"]',)


def test_comments_and_instructions_do_not_split_text() -> None:
    xml = XML.replace("= grade &lt; 3", "= grade <!-- why --> &lt; <?x?>3")
    assert read(xml.encode(), "p.bpmn").flows["to-hear"].condition.split() == ["=", "grade", "<", "3"]


def test_refusals_name_the_file_and_the_reason() -> None:
    with pytest.raises(DiagramRefused, match=r"The file a\.bpmn is refused: it is empty\."):
        read(b"", "a.bpmn")
    with pytest.raises(ParseFailed, match=r'b\.bpmn cannot be read: its first element is "x"'):
        read(b"<x/>", "b.bpmn")


NAMED = '<?xml version="1.0" encoding="{}"?><definitions xmlns="{}"><process id="p" name="{}"/></definitions>'


@pytest.mark.parametrize("declared", ["ISO-8859-1", "iso-8859-1", "latin1", "windows-1252", "Windows-1252", "cp1252"])
def test_the_declared_encoding_is_read(declared: str) -> None:
    xml = NAMED.format(declared, BPMN, "Pr\xfcfung \xa3 5").encode("latin-1")
    assert read(xml, "p.bpmn").processes["p"].name == "Pr\xfcfung \xa3 5"


def test_the_quotation_marks_of_windows_are_read() -> None:
    xml = NAMED.format("windows-1252", BPMN, "\u2018Review\u2019 \u2013 \u20ac").encode("cp1252")
    assert read(xml, "p.bpmn").processes["p"].name == "\u2018Review\u2019 \u2013 \u20ac"


def test_what_is_given_on_in_utf_8_says_so() -> None:
    xml = NAMED.format("ISO-8859-1", BPMN, "\xfc").encode("latin-1")
    given = to_utf8(xml, "p.bpmn")
    assert given == NAMED.format("UTF-8", BPMN, "\xfc").encode()


def test_utf_8_is_given_on_as_it_is() -> None:
    assert to_utf8(XML.encode(), "p.bpmn") == XML.encode()


@pytest.mark.parametrize("raw", [b"a\x93b", b"\x80"])
def test_windows_in_the_name_of_latin_is_refused_with_its_line(raw: bytes) -> None:
    xml = b'<?xml version="1.0" encoding="ISO-8859-1"?>\n<a>' + raw + b"</a>"
    with pytest.raises(DiagramRefused, match="line 2 holds bytes that are not ISO-8859-1; save it as UTF-8"):
        read(xml, "p.bpmn")


def test_a_collaboration_may_describe_itself() -> None:
    words = "<documentation>Who does what.</documentation><extensionElements><a/></extensionElements>"
    pool = f'<participant id="c" processRef="p">{words}</participant>'
    xml = f'<definitions xmlns="{BPMN}"><collaboration id="k">{words}{pool}</collaboration><process id="p"/></definitions>'
    diagram = read(xml.encode(), "p.bpmn")
    assert diagram.anonymous == ()
    assert list(diagram.pools) == ["c"]


def _exported(element: str) -> bytes:
    tools = " ".join(f'xmlns:tool{number}="http://example.org/tool/{number}"' for number in range(40))
    return f'<definitions xmlns="{BPMN}" {tools}><process id="p">{element * 700}</process></definitions>'.encode()


@pytest.mark.parametrize(
    "element",
    [
        '<task><extensionElements><tool1:data key="bgcolor" value="white"/></extensionElements></task>',
        '<task><extensionElements><m:data xmlns:m="http://example.org/meta"/></extensionElements></task>',
        '<task xmlns:a="urn:a" xmlns:b="urn:b"><documentation xmlns="urn:c"/></task>',
    ],
    ids=["declared once", "declared at each extension", "declared at each element"],
)
def test_what_modellers_declare_is_within_the_limits(element: str) -> None:
    assert len(read(_exported(element), "p.bpmn").elements) == 700
