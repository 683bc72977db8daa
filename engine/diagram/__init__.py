"""Diagrams as files: bytes become a safe tree, and the tree becomes plain, frozen, typed parts.

:func:`read_xml` parses any XML that a stranger may send (diagrams, decision tables) within fixed limits;
:func:`read` gives the :class:`Diagram` that deployment, lint, the executor and comparison all work from.
Nothing here judges a diagram (that is ``engine.lint``) or runs it (that is ``engine.spiff``).
"""

from engine.diagram import nodes
from engine.diagram.branches import Branch, branches
from engine.diagram.consequences import consequence
from engine.diagram.drawing import Diagram
from engine.diagram.model import (
    Association,
    DataAssociation,
    DataItem,
    Element,
    EventDefinition,
    Holder,
    InOut,
    Lane,
    Loop,
    MessageFlow,
    Parameter,
    Pool,
    Process,
    RootItem,
    SequenceFlow,
    Stray,
)
from engine.diagram.names import BPMN, CAMUNDA, is_feel, strip_feel
from engine.diagram.reader import read
from engine.diagram.xml import LIMITS, Limits, read_bounded, read_xml, to_utf8

__all__ = [
    "BPMN",
    "CAMUNDA",
    "LIMITS",
    "Association",
    "Branch",
    "DataAssociation",
    "DataItem",
    "Diagram",
    "Element",
    "EventDefinition",
    "Holder",
    "InOut",
    "Lane",
    "Limits",
    "Loop",
    "MessageFlow",
    "Parameter",
    "Pool",
    "Process",
    "RootItem",
    "SequenceFlow",
    "Stray",
    "branches",
    "consequence",
    "is_feel",
    "nodes",
    "read",
    "read_bounded",
    "read_xml",
    "strip_feel",
    "to_utf8",
]
