"""All tables of the engine, as plain declarative classes on the engine's own :class:`Base`.

How they hang together: a *deployment* brings *resources* (files), of which come versions of *process*, *form* and
*decision definitions*. A *process instance* runs one definition and has *user tasks*, *jobs* (timers), *event
subscriptions*, *incidents* and a *history*. *Messages* thrown by one instance are delivered to others by jobs; the
*outbox* is the mail to be sent. Rows belong to an authority (``engine/store/tenancy.py``), all moments are UTC, ids are
integers.
"""

from __future__ import annotations

from engine.store.tables.attachments import Attachment
from engine.store.tables.audit import AuditChain, AuditEntry
from engine.store.tables.bars import CaseBar
from engine.store.tables.base import (
    ACTIVE,
    COMPLETED,
    HELD,
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
from engine.store.tables.cases import (
    BARRED,
    UNBARRED,
    CaseReader,
    EventSubscription,
    History,
    Message,
    ProcessInstance,
    UserTask,
    UserTaskRole,
)
from engine.store.tables.comments import Comment
from engine.store.tables.corrections import Correction
from engine.store.tables.definitions import (
    ConfigDefinition,
    DecisionDefinition,
    Deployment,
    FormDefinition,
    ProcessDefinition,
    ProcessReader,
    Resource,
)
from engine.store.tables.drafts import Draft
from engine.store.tables.drawing import Drawing, DrawingSave, SavedRehearsal
from engine.store.tables.figures import CaseFigure, Figure, TouchedCase
from engine.store.tables.links import TaskLink
from engine.store.tables.lists import SavedList
from engine.store.tables.migrations import MigratedCase, Migration
from engine.store.tables.people import Cover, Holding, Person
from engine.store.tables.planned import PlannedDeployment
from engine.store.tables.reports import Report
from engine.store.tables.retention import ArchivedText, Disposal, Hold
from engine.store.tables.retirements import Retirement
from engine.store.tables.retries import Retries, Retry
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
from engine.store.tables.work import (
    EvidencePack,
    Incident,
    Job,
    MovedDate,
    NoticeRead,
    Notification,
    Outbox,
    Reader,
    StartTimer,
)

__all__ = [
    "ACTIVE",
    "BARRED",
    "COMPLETED",
    "HELD",
    "KEPT",
    "NEVER",
    "OPEN",
    "SCHOOL",
    "START",
    "UNBARRED",
    "UNDELIVERED",
    "WAITING",
    "ArchivedText",
    "Attachment",
    "AuditChain",
    "AuditEntry",
    "Base",
    "Batch",
    "BatchSkip",
    "CaseBar",
    "CaseFigure",
    "CaseReader",
    "Comment",
    "ConfigDefinition",
    "Correction",
    "Cover",
    "DecisionDefinition",
    "Deployment",
    "Disposal",
    "Draft",
    "Drawing",
    "DrawingSave",
    "EventSubscription",
    "EvidencePack",
    "Figure",
    "FormDefinition",
    "History",
    "Hold",
    "Holding",
    "Id",
    "Incident",
    "Job",
    "Message",
    "MigratedCase",
    "Migration",
    "MovedDate",
    "NoticeRead",
    "Notification",
    "Outbox",
    "Person",
    "PlannedDeployment",
    "ProcessDefinition",
    "ProcessInstance",
    "ProcessReader",
    "Reader",
    "RegisterImport",
    "Report",
    "ReportedEvent",
    "Resource",
    "Retirement",
    "Retries",
    "Retry",
    "SavedList",
    "SavedRehearsal",
    "School",
    "SchoolCategory",
    "SchoolChange",
    "SchoolSuccession",
    "Setting",
    "StartTimer",
    "TaskLink",
    "TouchedCase",
    "UserTask",
    "UserTaskRole",
    "partial",
]
