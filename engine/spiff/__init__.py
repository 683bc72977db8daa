"""The only room that imports SpiffWorkflow: diagrams become definitions, and a pure step runs them."""

from engine.spiff.definition import StartTrigger
from engine.spiff.parser import parse
from engine.spiff.state import rekeyed, variables_at
from engine.spiff.step import advance
from engine.spiff.tree import Definition

__all__ = ["Definition", "StartTrigger", "advance", "parse", "rekeyed", "variables_at"]
