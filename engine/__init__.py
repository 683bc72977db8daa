"""Pathways' engine: executes BPMN diagrams, with a database beneath and no web above it.

>>> from engine import Engine
>>> engine = Engine("sqlite:///cases.db")
"""

from engine.cases.reports import EventReport
from engine.deployments.store import Deployed
from engine.people.behalf import OnBehalf
from engine.runtime import Engine
from engine.settings import Config
from engine.store.tenancy import Scope

__all__ = ["Config", "Deployed", "Engine", "EventReport", "OnBehalf", "Scope"]
