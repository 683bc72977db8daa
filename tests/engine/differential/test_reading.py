"""Which shipped diagrams SpiffWorkflow's own parsers read as they are, and why not the others."""

from __future__ import annotations

import pytest
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.camunda.parser import CamundaParser

from tests.engine.differential.differences import REASONS, UNREAD
from tests.engine.differential.normalised import normalised
from tests.engine.differential.shipped import FILES, needed
from tests.engine.differential.stock import Stock

PARSERS = {"BpmnParser": BpmnParser, "CamundaParser": CamundaParser}


def says(parser: str, process: str) -> str:
    """What a parser says of a process that it does not read; nothing when it reads it."""
    made = PARSERS[parser]()
    try:
        if parser == "CamundaParser":
            made.add_dmn_files([str(path) for path in sorted(FILES[process].parent.glob("*.dmn"))])
        made.add_bpmn_files([str(path) for path in needed(process)])
        made.get_spec(process)
        made.get_subprocess_specs(process)
    except ValidationException as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("parser", PARSERS)
def test_what_is_not_listed_is_read(parser: str) -> None:
    assert {process for process in FILES if says(parser, process)} == set(UNREAD[parser])


@pytest.mark.parametrize(("parser", "process"), [(parser, process) for parser in UNREAD for process in UNREAD[parser]])
def test_what_is_listed_is_not_read_for_the_reason_that_is_given(parser: str, process: str) -> None:
    assert says(parser, process).startswith(UNREAD[parser][process])


def test_each_reason_is_told_in_words() -> None:
    assert {reason for of in UNREAD.values() for reason in of.values()} == set(REASONS)


@pytest.mark.parametrize("process", FILES)
def test_each_diagram_is_read_once_what_is_camunda_s_is_put_in_plain_bpmn(process: str) -> None:
    stock = Stock([normalised(path.read_bytes()) for path in needed(process)], process, lambda element, text: None)
    assert not stock.done
