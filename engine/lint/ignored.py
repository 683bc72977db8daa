"""PW-9xx: what a file says that Pathways passes over: other engines' extensions, and camunda's where nothing reads
them."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.diagram import BPMN, CAMUNDA, Diagram, Element, Process, SequenceFlow, nodes
from engine.lint.core import OURS, Fault, Look, fault, rule, short, words

_CAMUNDA_8 = "Camunda 8"
_ENGINES = {
    "camunda.org/schema/zeebe": _CAMUNDA_8,
    "activiti.org": "Activiti",
    "flowable.org": "Flowable",
    "jboss.org/drools": "jBPM",
    "w4.eu": "W4",
    "spiffworkflow.org": "SpiffWorkflow",
}
_PLATFORM = "{http://camunda.org/schema/modeler/1.0}executionPlatform"


def engines(diagram: Diagram) -> dict[str, int]:
    """Give the other engines that a file is made for, and the line that first says so."""
    found: dict[str, int] = {}
    if diagram.root.get(_PLATFORM) == "Camunda Cloud":
        found[_CAMUNDA_8] = nodes.line(diagram.root)
    known: dict[str, str] = {}
    for node in diagram.root.iter(etree.Element):
        for name in (str(node.tag), *map(str, node.attrib)):
            space = name.rpartition("}")[0]
            if space not in known:
                known[space] = _engine(space)
            if known[space]:
                found.setdefault(known[space], nodes.line(node))
    return found


def _engine(space: str) -> str:
    return next((name for part, name in _ENGINES.items() if part in space), "")


@rule("PW-906", section="BPMN 2.0.2 §8.3.3", severity="warning")
def file_is_made_for_no_other_engine(look: Look) -> Iterator[Fault]:
    """Extensions made for another engine are ignored, as BPMN has it; a file that has some is told so once."""
    for engine, line in engines(look.diagram).items():
        remedy = "Say with camunda: attributes what they said (formKey, candidateGroups, topic, decisionRef...)."
        if engine == _CAMUNDA_8:
            remedy = f"In the modeller, choose Camunda 7 as its execution platform. {remedy}"
        yield Fault("", "", line, f"the file is made for {engine}: what it says in its extensions is ignored.", remedy)


@rule("PW-916", section="BPMN 2.0.2 §8.3.3", severity="warning")
def extensions_of_others_are_told(look: Look) -> Iterator[Fault]:
    """Extension elements that are neither Camunda's nor of an engine that is known are ignored; a file is told so once."""
    for node in look.diagram.root.iterfind(f".//{{{BPMN}}}extensionElements/{{*}}*"):
        space = str(node.tag).rpartition("}")[0].removeprefix("{")
        if space not in (BPMN, CAMUNDA) and not _engine(space):
            what = f'"{short(nodes.local(node))}" ({short(space) or "no namespace"})'
            message = f"the extension {what} is ignored."
            yield Fault("", "", nodes.line(node), message, "Take it out, unless others read it.")
            return


_READ_OF_PROCESSES = words(
    """candidateStarterGroups versionTag historyTimeToLive isStartableInTasklist modelerTemplate
    modelerTemplateVersion modelerTemplateIcon"""
)
"""camunda attributes that a process may have: they are carried out, or change nothing in what it does."""
_INSTEAD = {
    "candidateStarterUsers": "Name roles in camunda:candidateStarterGroups instead.",
    "jobPriority": "Take it out: what is due first is done first.",
    "taskPriority": "Take it out: what is due first is done first.",
    "executionListener": "Take it out: no code is run. A script task with FEEL can work something out.",
}
_EXTENSIONS = f"{{{BPMN}}}extensionElements/{{{CAMUNDA}}}*"


@rule("PW-913", section=OURS, severity="warning")
def process_and_flow_extensions_are_read(look: Look) -> Iterator[Fault]:
    """A camunda attribute or extension of a process or a flow that nothing reads is named: listeners,
    candidateStarterUsers..."""
    for process in look.processes():
        yield from _unread(process, process.node, _READ_OF_PROCESSES)
    for flow in look.flows():
        yield from _unread(flow, flow.node, frozenset())


def _unread(part: Process | SequenceFlow, node: etree._Element, read: frozenset[str]) -> Iterator[Fault]:
    names = {name: nodes.line(node) for name in camunda(map(str, node.attrib)) if name not in read}
    for found in node.iterfind(_EXTENSIONS):
        if nodes.local(found) != "properties":
            names.setdefault(nodes.local(found), nodes.line(found))
    for name, line in names.items():
        message = f"camunda:{short(name)} has no effect here."
        yield fault(part, message, _INSTEAD.get(name, "Take it out."), line)


@rule("PW-914", section=OURS, severity="warning")
def priority_of_jobs_is_not_set(look: Look) -> Iterator[Fault]:
    """No element gives its jobs a priority: what is due first is done first."""
    for element in look.elements():
        for name in ("jobPriority", "taskPriority"):
            if element.camunda(name):
                yield fault(element, f"camunda:{name} has no effect.", _INSTEAD[name])


@rule("PW-915", section="BPMN 2.0.2 §10.3.3", severity="warning")
def message_travels_without_its_operation(look: Look) -> Iterator[Fault]:
    """An operation beside a message is passed over: the message alone says what is sent or waited for."""
    for element, message in operations(look):
        if message:
            yield fault(
                element, f'operationRef is passed over: "{short(message)}" travels by its name.', "Take it out."
            )


def operations(look: Look) -> Iterator[tuple[Element, str]]:
    """Give the elements that name an operation, each with the name of the message that it sends or receives by itself."""
    for element in look.elements():
        if element.operation_ref:
            yield element, element.message_name if element.kind in {"sendTask", "receiveTask"} else ""
        for definition in element.event_definitions:
            if definition.node.find("{*}operationRef") is not None:
                yield element, definition.name


def camunda(names: Iterator[str]) -> Iterator[str]:
    """Give the camunda ones of these attributes' names, without their namespace."""
    prefix = f"{{{CAMUNDA}}}"
    return (name.removeprefix(prefix) for name in names if name.startswith(prefix))
