"""The only room that imports SpiffWorkflow: diagrams become definitions, and a pure step runs them."""

from engine.spiff.parser import Definition, StartTrigger, parse
from engine.spiff.state import variables_at
from engine.spiff.step import advance

__all__ = ["Definition", "StartTrigger", "advance", "parse", "variables_at"]
