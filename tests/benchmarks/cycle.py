"""The cycle that is measured: the shape of Barnsley's SISG cycle (meeting, then update and summary side by side, then again).

It is plain BPMN that SpiffWorkflow runs too: a script task stands where the policy's diagram waits for the next meeting.
"""

from __future__ import annotations

ANSWER = {"more": True, "note": "steady progress"}
#: User tasks in one loop.
TASKS_A_LOOP = 3
FLOWS = "begin>hold hold>split split>update split>share update>sent sent>join share>join join>again wait>hold"


def diagram(condition: str) -> bytes:
    """The diagram, with the condition to go round again in the language of whoever runs it."""
    flows = "".join(
        f'<sequenceFlow id="f{n}" sourceRef="{source}" targetRef="{target}"/>'
        for n, (source, target) in enumerate(flow.split(">") for flow in FLOWS.split())
    )
    return f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://example.org">
      <process id="cycle" isExecutable="true">
        <startEvent id="begin"/><userTask id="hold"/><parallelGateway id="split"/><userTask id="update"/>
        <task id="sent"/><userTask id="share"/><parallelGateway id="join"/>
        <exclusiveGateway id="again" default="over"/><task id="wait"/><endEvent id="end"/>{flows}
        <sequenceFlow id="round" sourceRef="again" targetRef="wait"><conditionExpression>{condition}</conditionExpression></sequenceFlow>
        <sequenceFlow id="over" sourceRef="again" targetRef="end"/>
      </process></definitions>""".encode()


#: A monthly review: one task, a question, and the wait for the next month.
REVIEW = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://example.org">
  <process id="review" isExecutable="true">
    <startEvent id="begin"/><userTask id="hold"/><exclusiveGateway id="again" default="over"/><endEvent id="end"/>
    <intermediateCatchEvent id="due">
      <timerEventDefinition><timeDuration>1 month</timeDuration></timerEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="hold"/><sequenceFlow id="f2" sourceRef="hold" targetRef="again"/>
    <sequenceFlow id="round" sourceRef="again" targetRef="due"><conditionExpression>= more</conditionExpression></sequenceFlow>
    <sequenceFlow id="f3" sourceRef="due" targetRef="hold"/><sequenceFlow id="over" sourceRef="again" targetRef="end"/>
  </process></definitions>"""
