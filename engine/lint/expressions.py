"""PW-85x: expressions. FEEL is the one expression language; what may be literal is FEEL when it begins
with "="."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.diagram import BPMN, Element, Process, SequenceFlow, is_feel, nodes, strip_feel
from engine.errors import ExpressionInvalid, ExpressionLimit
from engine.lint.core import OURS, Fault, Look, fault, rule, short
from engine.lint.juel import as_feel
from engine.lint.properties import OF_PROCESSES, PROPERTIES, OfProcess, Property

_FOREIGN = re.compile(r"[$#]\{")
_FEEL_NAME = re.compile(r"(?i)(feel|https?://www\.omg\.org/spec/(FEEL|DMN)/.{0,40})/?")
_VARIABLE = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Expression:
    """A text that may hold FEEL: ``what`` names it in messages; ``always`` means that it is never literal."""

    part: Element | SequenceFlow | Process
    line: int
    what: str
    text: str
    always: bool

    @property
    def feel(self) -> str:
        """The FEEL in it; empty when it is literal or missing."""
        return strip_feel(self.text) if self.always or is_feel(self.text) else ""


def expressions(look: Look) -> Iterator[Expression]:
    """Give every text of the processes that run which is or may be FEEL."""
    for process in look.processes():
        yield from _of_properties(process, OF_PROCESSES)
    for flow in look.flows():
        yield Expression(flow, flow.line, "the condition", flow.condition, always=True)
    for element in look.elements():
        yield from expressions_of(element)


def expressions_of(element: Element) -> Iterator[Expression]:
    """Give every text of one element which is or may be FEEL."""
    yield from _of_element(element)
    yield from _of_loop(element)
    yield from _of_events(element)
    yield from _of_parameters(element)


def _of_properties(part: Element | Process, known: Mapping[str, Property | OfProcess]) -> Iterator[Expression]:
    """The properties of ours whose value is FEEL; those of a loop stand with it."""
    for name, each in known.items():
        if each.reads is not None and name != "outputElement":
            text = part.properties.get(name, "")
            yield Expression(part, part.line, f"the property {name}", text, always=True)


def _of_element(element: Element) -> Iterator[Expression]:
    always = {"the script": element.script, "camunda:expression": element.camunda("expression")}
    literal = {
        "candidateGroups": ",".join(element.candidate_groups),
        "assignee": element.assignee,
        "dueDate": element.due_date,
        "followUpDate": element.follow_up_date,
        "priority": element.priority,
        "formKey": element.form_key,
        "calledElement": element.called_element,
        "decisionRef": element.decision_ref,
    }
    for what, text in always.items():
        yield Expression(element, element.line, what, text, always=True)
    for what, text in literal.items():
        yield Expression(element, element.line, what, text, always=False)
    yield from _of_properties(element, PROPERTIES)


def _of_loop(element: Element) -> Iterator[Expression]:
    loop = element.loop
    if loop is None:
        return
    texts = {
        "loopCardinality": loop.cardinality,
        "the collection": loop.collection,
        "completionCondition": loop.completion_condition,
        "loopCondition": loop.condition,
        "the property outputElement": loop.output_element,
    }
    for what, text in texts.items():
        yield Expression(element, loop.line, what, text, always=True)


def _of_events(element: Element) -> Iterator[Expression]:
    for definition in element.event_definitions:
        condition = definition.kind == "conditional"
        what = "the condition" if condition else "the timer"
        yield Expression(element, definition.line, what, definition.text, always=condition)


def _of_parameters(element: Element) -> Iterator[Expression]:
    for parameter in (*element.inputs, *element.outputs):
        what = f'the parameter "{short(parameter.name)}"'
        yield Expression(element, parameter.line, what, parameter.text, always=False)
    for mapping in element.mappings:
        yield Expression(element, mapping.line, "sourceExpression", mapping.expression, always=True)
        yield Expression(element, mapping.line, "businessKey", mapping.business_key, always=False)


@rule("PW-851", section=OURS)
def expression_parses(look: Look) -> Iterator[Fault]:
    """Every expression is FEEL that can be parsed."""
    reasons: dict[str, str] = {}
    for found in expressions(look):
        feel = found.feel
        if not feel or _FOREIGN.search(feel):
            continue
        if feel not in reasons:
            reasons[feel] = _reason(look, feel)
        if reasons[feel]:
            message = f'{found.what} "{short(feel)}" is no FEEL: {reasons[feel]}.'
            yield fault(found.part, message, "Correct the expression.", found.line)


def _reason(look: Look, feel: str) -> str:
    """Say why ``feel`` doesn't parse, or give the empty string."""
    try:
        if look.feel is not None:
            look.feel.check(feel)
    except (ExpressionInvalid, ExpressionLimit) as error:
        reason = error.details.get("reason") or error.details.get("resource") or "it cannot be parsed"
        return short(str(reason)).rstrip(".")
    return ""


@rule("PW-852", section=OURS)
def expression_is_not_juel(look: Look) -> Iterator[Fault]:
    """No text holds ${...} or #{...}, the expressions of other engines, which would be taken literally."""
    for found in expressions(look):
        if _FOREIGN.search(found.text):
            message = f'{found.what} "{short(found.text)}" is an expression of another engine.'
            feel = as_feel(found.text)
            remedy = f'Write it in FEEL: "= {feel}".' if feel else 'Write it in FEEL, after "=".'
            yield fault(found.part, message, remedy, found.line)


@rule("PW-853", section=OURS)
def script_is_feel(look: Look) -> Iterator[Fault]:
    """The scriptFormat of a script task is feel: other languages are never run."""
    for element in look.elements("scriptTask"):
        if element.script_format.lower() != "feel":
            given = f'"{short(element.script_format)}"' if element.script_format else "missing"
            yield fault(element, f"its scriptFormat is {given}.", 'Write it in FEEL, with scriptFormat="feel".')


@rule("PW-854", section="BPMN 2.0.2 §8.4.13")
def condition_is_not_empty(look: Look) -> Iterator[Fault]:
    """A conditionExpression holds an expression."""
    for flow in look.flows():
        if flow.has_condition and not strip_feel(flow.condition):
            yield fault(flow, "its condition is empty.", "Write the condition in FEEL, or take it out.")


@rule("PW-855", section=OURS)
def language_is_feel(look: Look) -> Iterator[Fault]:
    """An expression that names its language names FEEL."""
    for node in look.diagram.root.iter(f"{{{BPMN}}}*"):
        language = str(node.get("language", "")).strip()
        if language and not _FEEL_NAME.fullmatch(language):
            message = f'an expression is written in "{short(language)}".'
            remedy = "Write it in FEEL, and take the language attribute out."
            yield Fault(_owner(look, node.iterancestors()), "", nodes.line(node), message, remedy)


def _owner(look: Look, around: Iterator[object]) -> str:
    """Give the id of the innermost flow node or flow around a node."""
    ids = (str(getattr(node, "attrib", {}).get("id", "")) for node in around)
    known = (here for here in ids if here in look.diagram.elements or here in look.diagram.flows)
    return short(next(known, ""))


@rule("PW-856", section=OURS)
def parameter_is_text(look: Look) -> Iterator[Fault]:
    """An input or output parameter has a name and holds text, literal or FEEL: no script, list or map."""
    for element in look.elements():
        for parameter in (*element.inputs, *element.outputs):
            if parameter.form != "text":
                message = f'the parameter "{short(parameter.name)}" is a {parameter.form}.'
                yield fault(element, message, 'Write it in FEEL, after "=".', parameter.line)
            if not parameter.name:
                yield fault(element, "a parameter has no name.", "Name it.", parameter.line)


@rule("PW-857", section=OURS)
def mapping_is_whole(look: Look) -> Iterator[Fault]:
    """A camunda:in or out names all variables, or a business key, or one source and a target."""
    for element in look.elements("callActivity"):
        for mapping in element.mappings:
            sources = bool(mapping.source) + bool(mapping.expression)
            pair = sources == 1 and mapping.target
            if not (mapping.all or mapping.business_key or pair):
                message = f"a camunda:{mapping.direction} does not say what goes where."
                remedy = "Give it a source or a sourceExpression (one of them), and a target."
                yield fault(element, message, remedy, mapping.line)


@rule("PW-858", section=OURS)
def variable_name_is_usable(look: Look) -> Iterator[Fault]:
    """A variable's name is a letter or underscore, then letters, digits and underscores."""
    for element in look.elements():
        for what, name, line in _variables(element):
            if name and not _VARIABLE.fullmatch(name):
                message = f'{what} is "{short(name)}", which FEEL cannot name.'
                yield fault(element, message, "Use letters, digits and underscores.", line)


def _variables(element: Element) -> Iterator[tuple[str, str, int]]:
    yield "resultVariable", element.result_variable, element.line
    if element.loop is not None:
        yield "elementVariable", element.loop.element_variable, element.loop.line
        yield "the property outputCollection", element.loop.output_collection, element.loop.line
    for parameter in (*element.inputs, *element.outputs):
        yield "a parameter's name", parameter.name, parameter.line
    for mapping in element.mappings:
        yield "a target", mapping.target, mapping.line
        yield "a source", mapping.source, mapping.line


@rule("PW-859", section=OURS, severity="warning")
def expression_task_keeps_its_result(look: Look) -> Iterator[Fault]:
    """A script, expression or decision whose result is wanted names its result variable."""
    for element in look.elements("scriptTask", "serviceTask", "businessRuleTask"):
        works = element.script or element.camunda("expression") or element.decision_ref
        if works and not element.result_variable:
            message = "it names no result variable, so only the entries of a context are kept."
            yield fault(element, message, "Fill in camunda:resultVariable.")
