"""A diagram as SpiffWorkflow's own BpmnParser can read it: what is Camunda's or FEEL's is put in plain BPMN.

Which way tokens go stays as drawn. What only works out data becomes a task that ends at once, since both sides share the
data that ours works out; a timer's words become a date that never comes, since the driver makes timers fire; and a boundary
event that only says how an activity is compensated is left out, since BpmnParser stops at it.
"""

from __future__ import annotations

from io import BytesIO

from lxml import etree

from engine.diagram.names import BPMN, CAMUNDA

#: Tasks that work out data, tell people something or throw a message: to both sides here, tasks that end at once.
AUTOMATIC = ("businessRuleTask", "scriptTask", "sendTask", "serviceTask")
#: A moment and periods that no run reaches, in the words of SpiffWorkflow's timers.
NEVER = {"timeDate": "2999-01-01T00:00:00+00:00", "timeDuration": "P1000D", "timeCycle": "R/P1000D"}


def _tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def normalised(xml: bytes, start: str = "") -> etree._Element:
    """The diagram, with a process that begins at the start event ``start``, or else at its plain one."""
    root = etree.parse(BytesIO(xml)).getroot()
    for process in root.iter(_tag("process")):
        _begin_at(process, start)
    for element in list(root.iter(*map(_tag, AUTOMATIC))):
        _emptied(element)
    for loop in root.iter(_tag("multiInstanceLoopCharacteristics")):
        _counted(loop)
    for event in list(root.iter(_tag("boundaryEvent"))):
        if event.find(_tag("compensateEventDefinition")) is not None:
            event.getparent().remove(event)
    for kind, never in NEVER.items():
        for timer in root.iter(_tag(kind)):
            timer.text = never
    return root


def _begin_at(process: etree._Element, start: str) -> None:
    """A case begins at the one start event that has happened (BPMN 2.0.2 §10.5.2), so that is all there is to wait for."""
    starts = process.findall(_tag("startEvent"))
    chosen = [each for each in starts if each.get("id") == start]
    begins = [*chosen, *(each for each in starts if not _definitions(each)), *starts][:1]
    for each in starts:
        if each not in begins:
            process.remove(each)
        for definition in _definitions(each):
            each.remove(definition)


def _definitions(event: etree._Element) -> list[etree._Element]:
    return [child for child in event if etree.QName(child).localname.endswith("EventDefinition")]


def _emptied(element: etree._Element) -> None:
    element.tag = _tag("task")
    for child in [*element.findall(_tag("script")), *_definitions(element)]:
        element.remove(child)


def _counted(loop: etree._Element) -> None:
    """A collection becomes the number of its items: BpmnParser knows no ``camunda:collection``, nor FEEL in its place."""
    collection = loop.get(f"{{{CAMUNDA}}}collection")
    if collection:
        cardinality = etree.Element(_tag("loopCardinality"))
        cardinality.text = collection
        loop.insert(0, cardinality)
