"""The words for what a diagram, a form or a table says: kinds of parts, the names of facts, and values as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.compare.differences import Words
from engine.compare.parts import Names
from engine.diagram import is_feel

_KINDS: Mapping[str, str] = {
    "sequenceFlow": "flow",
    "participant": "pool",
    "definitions": "the file",
    "textAnnotation": "note",
    "intermediateCatchEvent": "event",
    "intermediateThrowEvent": "event",
    "subProcess": "subprocess",
    "businessRuleTask": "decision task",
    "callActivity": "called process",
    "dataObject": "data",
    "dataObjectReference": "data",
    "dataStoreReference": "data store",
    "inputData": "input",
    "businessKnowledgeModel": "knowledge model",
    "itemDefinition": "type",
}

#: By path, from the most special to the most general: what a fact is called.
_DIAGRAM: tuple[tuple[str, str], ...] = (
    (r"inside", "what it stands in"),
    (r"lane", "lane"),
    (r"order", "order in which its ways are tried"),
    (r"@sourceRef", "start"),
    (r"@targetRef", "end"),
    (r"@default", "way that is taken when no condition is true"),
    (r"@attachedToRef", "activity that it is attached to"),
    (r"@cancelActivity|@isInterrupting", "answer to whether it ends what is going on"),
    (r"@camunda:formKey|properties/property:formKey@value", "form"),
    (r"@camunda:candidateGroups", "roles"),
    (r"@camunda:candidateStarterGroups", "roles that may start it"),
    (r"@camunda:(assignee|candidateUsers)", "person"),
    (r"@camunda:dueDate", "due date"),
    (r"@camunda:followUpDate", "follow-up date"),
    (r"@camunda:priority", "priority"),
    (r"@camunda:decisionRef", "decision"),
    (r"@calledElement", "process that it calls"),
    (r"@processRef", "process in it"),
    (r"@camunda:resultVariable", "variable that keeps the result"),
    (r"@camunda:expression", "expression"),
    (r"@camunda:topic", "topic"),
    (r"@isExecutable", "answer to whether it runs"),
    (r"properties/property:clause@value", "clauses"),
    (r"properties/property:reportedBy@value", "roles that may report it"),
    (r"properties/property:onBehalf@value", "roles that may record the answer for others"),
    (r"properties/property:visibleTo@value", "roles that may see its cases"),
    (r"properties/property:correlationKey@value", "key of the message"),
    (r"properties/property:(?P<name>.+)@value", "property {name}"),
    (r"documentation(\[\d+\])?", "description"),
    (r"text", "text"),
    (r"script", "script"),
    (r"conditionExpression|conditionalEventDefinition/condition", "condition"),
    (r"timerEventDefinition(\[\d+\])?/time(Date|Duration|Cycle)", "timer"),
    (r"(messageEventDefinition)?(\[\d+\])?@messageRef", "message"),
    (r"signalEventDefinition(\[\d+\])?@signalRef", "signal"),
    (r"errorEventDefinition(\[\d+\])?@errorRef", "error"),
    (r"escalationEventDefinition(\[\d+\])?@escalationRef", "escalation"),
    (r"compensateEventDefinition(\[\d+\])?@activityRef", "activity that is compensated"),
    (r"(?P<name>[a-z]+)EventDefinition(\[\d+\])?", "{name} event"),
    (r"multiInstanceLoopCharacteristics/loopCardinality", "number of times that it runs"),
    (r"multiInstanceLoopCharacteristics@camunda:collection", "list that it runs through"),
    (r"multiInstanceLoopCharacteristics@camunda:elementVariable", "name of each of the list"),
    (r"multiInstanceLoopCharacteristics/completionCondition", "condition that ends its repetition"),
    (r"multiInstanceLoopCharacteristics@isSequential", "answer to whether it runs one after the other"),
    (r"standardLoopCharacteristics/loopCondition", "condition of its loop"),
    (r"standardLoopCharacteristics@loopMaximum", "most times that it loops"),
    (r"(multiInstance|standard)LoopCharacteristics.*", "repetition"),
    (r"in:(?P<name>[^@]+)@.*", "value handed in as {name}"),
    (r"out:(?P<name>[^@]+)@.*", "value handed back as {name}"),
    (r"(in|out)(\[\d+\])?@camunda:?.*|(in|out)(\[\d+\])?@.*", "rule of what is handed over"),
    (r"inputOutput/inputParameter:(?P<name>[^@/]+).*", "input {name}"),
    (r"inputOutput/outputParameter:(?P<name>[^@/]+).*", "output {name}"),
)

_FORM: tuple[tuple[str, str], ...] = (
    (r"order", "order of its questions"),
    (r"inside", "group"),
    (r"key", "key of the answer"),
    (r"description", "hint"),
    (r"text", "text"),
    (r"conditional/hide", "condition under which it is hidden"),
    (r"validate/required", "answer to whether it has to be answered"),
    (r"validate/(minLength|maxLength)", "length of an answer"),
    (r"validate/min", "least or earliest answer"),
    (r"validate/max", "greatest or latest answer"),
    (r"validate/(?P<name>\w+)", "rule {name}"),
    (r"properties/error", "message when it is not answered"),
    (r"properties/confidential", "roles that may see the answer"),
    (r"properties/(?P<name>.+)", "property {name}"),
    (r"values/order", "order of the answers to choose from"),
    (r"values/(?P<name>.+)", "answer to choose “{name}”"),
    (r"defaultValue", "answer that is given beforehand"),
    (r"subtype|type", "type"),
)

_TABLE: tuple[tuple[str, str], ...] = (
    (r"order", "order of its rules"),
    (r"decisionTable@hitPolicy", "hit policy"),
    (r"decisionTable@aggregation", "aggregation of the rules that are hit"),
    (r"cell:(?P<name>.+)", "“{name}”"),
    (r"inputExpression/text", "expression"),
    (r".*@typeRef", "type"),
    (r"(input|output)Values/text|allowedValues/text", "values that are allowed"),
    (r"defaultOutputEntry/text", "result where no rule is hit"),
    (r"description", "description"),
    (r"literalExpression/text", "expression"),
    (r"informationRequirement.*|knowledgeRequirement.*", "what it is made from"),
)

#: What the pictures show: a change of these is seen by whoever compares them.
SEEN = frozenset({"@sourceRef", "@targetRef", "@attachedToRef", "lane", "inside", "text"})
#: Values that are ids of something with a name, by path: the kind of thing.
_IDS: tuple[tuple[str, str], ...] = (
    (
        r"@camunda:candidate(Starter)?Groups|properties/property:(reportedBy|onBehalf|visibleTo)@value|properties/confidential",
        "role",
    ),
    (r"@camunda:formKey|properties/property:formKey@value", "form"),
    (r"@camunda:decisionRef", "decision"),
    (r"@calledElement", "process"),
    (r"properties/property:clause@value", "clause"),
)
_PLAIN = {"true": "yes", "false": "no"}


def kind_in_words(kind: str) -> str:
    """A BPMN, DMN or form-js name as words: "user task"."""
    return _KINDS.get(kind) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def _labelled(table: tuple[tuple[str, str], ...], path: str) -> str:
    for pattern, label in table:
        if found := re.fullmatch(pattern, path):
            return label.format(**found.groupdict())
    last = re.sub(r"\[\d+\]|\{[^}]*\}|camunda:", "", path.replace("/text", ""))
    return " ".join(kind_in_words(step) for step in re.split(r"[/@:]", last) if step)


def _valued(names: Names, path: str, value: str) -> str:
    for pattern, kind in _IDS:
        if re.fullmatch(pattern, path) and not is_feel(value):
            return names.of(kind, [each for each in re.split(r"[,\s]+", value) if each])
    return _PLAIN.get(value, value)


def of_diagrams(names: Names) -> Words:
    """The words for diagrams."""
    return Words(kind_in_words, lambda path: _labelled(_DIAGRAM, path), lambda p, v: _valued(names, p, v), SEEN)


def of_forms(names: Names) -> Words:
    """The words for forms."""
    return Words(kind_in_words, lambda path: _labelled(_FORM, path), lambda p, v: _valued(names, p, v), frozenset())


def of_tables() -> Words:
    """The words for decision tables."""
    return Words(kind_in_words, lambda path: _labelled(_TABLE, path), lambda p, v: _PLAIN.get(v, v), frozenset())
