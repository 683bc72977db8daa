"""Pathways' engine: executes BPMN diagrams, with a database beneath and no web above it.

>>> from engine import Engine
>>> engine = Engine("sqlite:///cases.db")
"""

from engine.cases.batches import Meant
from engine.cases.comments import Said
from engine.cases.disposal import Held
from engine.cases.effects import Effect
from engine.cases.foresight import Following
from engine.cases.hands import Unheld
from engine.cases.interventions import NewDates, Relocate, Resume, Send, Suspend
from engine.cases.listening import Brought, Listened
from engine.cases.reports import EventReport
from engine.cases.standing import Stand
from engine.deployments.store import Deployed
from engine.people.behalf import OnBehalf
from engine.runtime import Engine
from engine.services.migrations import MigrationPlan, Move
from engine.services.packs import MadePack
from engine.settings import Config
from engine.store.tenancy import Scope

__all__ = [
    "Brought",
    "Config",
    "Deployed",
    "Effect",
    "Engine",
    "EventReport",
    "Following",
    "Held",
    "Listened",
    "MadePack",
    "Meant",
    "MigrationPlan",
    "Move",
    "NewDates",
    "OnBehalf",
    "Relocate",
    "Resume",
    "Said",
    "Scope",
    "Send",
    "Stand",
    "Suspend",
    "Unheld",
]
