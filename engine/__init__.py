"""Pathways' engine: executes BPMN diagrams, with a database beneath and no web above it.

>>> from engine import Engine
>>> engine = Engine("sqlite:///cases.db")
"""

from engine.deployments import Deployed
from engine.runtime import Engine
from engine.scope import Scope
from engine.settings import Config

__all__ = ["Config", "Deployed", "Engine", "Scope"]
