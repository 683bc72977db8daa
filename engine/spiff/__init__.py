"""The only room that imports SpiffWorkflow: diagrams become definitions, and a pure step runs them."""

from engine.spiff.definition import StartTrigger
from engine.spiff.migrated import Moving, against, migrate, standing
from engine.spiff.migration_plan import plan
from engine.spiff.modification import targets
from engine.spiff.moves import Choice, Ended, Gap, Plan, Spot
from engine.spiff.parser import parse
from engine.spiff.state import rekeyed, variables_at
from engine.spiff.step import advance
from engine.spiff.tree import Definition

__all__ = [
    "Choice",
    "Definition",
    "Ended",
    "Gap",
    "Moving",
    "Plan",
    "Spot",
    "StartTrigger",
    "advance",
    "against",
    "migrate",
    "parse",
    "plan",
    "rekeyed",
    "standing",
    "targets",
    "variables_at",
]
