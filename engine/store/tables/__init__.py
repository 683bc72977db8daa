"""All tables of the engine, as plain declarative classes on the engine's own :class:`Base`.

How they hang together: a *deployment* brings *resources* (files), of which come versions of *process*, *form* and
*decision definitions*. A *process instance* runs one definition and has *user tasks*, *jobs* (timers), *event
subscriptions*, *incidents* and a *history*. *Messages* thrown by one instance are delivered to others by jobs; the
*outbox* is the mail to be sent. Rows belong to an authority (``engine/store/tenancy.py``), all moments are UTC, ids are
integers.
"""

from __future__ import annotations

from engine.store.tables.base import (
    ACTIVE,
    KEPT,
    NEVER,
    OPEN,
    SCHOOL,
    START,
    UNDELIVERED,
    WAITING,
    Base,
    Id,
    Setting,
    partial,
)
from engine.store.tables.cases import EventSubscription, History, Message, ProcessInstance, UserTask, UserTaskRole
from engine.store.tables.definitions import DecisionDefinition, Deployment, FormDefinition, ProcessDefinition, Resource
from engine.store.tables.people import Holding, Person
from engine.store.tables.schools import (
    Batch,
    BatchSkip,
    RegisterImport,
    ReportedEvent,
    School,
    SchoolCategory,
    SchoolChange,
    SchoolSuccession,
)
from engine.store.tables.work import Incident, Job, MovedDate, Notification, Outbox, StartTimer

__all__ = [
    "ACTIVE",
    "KEPT",
    "NEVER",
    "OPEN",
    "SCHOOL",
    "START",
    "UNDELIVERED",
    "WAITING",
    "Base",
    "Batch",
    "BatchSkip",
    "DecisionDefinition",
    "Deployment",
    "EventSubscription",
    "FormDefinition",
    "History",
    "Holding",
    "Id",
    "Incident",
    "Job",
    "Message",
    "MovedDate",
    "Notification",
    "Outbox",
    "Person",
    "ProcessDefinition",
    "ProcessInstance",
    "RegisterImport",
    "ReportedEvent",
    "Resource",
    "School",
    "SchoolCategory",
    "SchoolChange",
    "SchoolSuccession",
    "Setting",
    "StartTimer",
    "UserTask",
    "UserTaskRole",
    "partial",
]
