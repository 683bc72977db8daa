"""The dataclasses that queries give. All moments are aware and in UTC; ids are those of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")
#: Rows on a page unless a caller says otherwise.
PER_PAGE = 25


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. ``total`` counts no further than :data:`~engine.queries.tools.COUNT_LIMIT` rows."""

    items: tuple[T, ...]
    number: int
    per_page: int
    more: bool
    total: int
    capped: bool = False
    """Whether there are more than ``total``."""


@dataclass(frozen=True)
class ElementInfo:
    """What a diagram says of an element. ``name`` is never empty: it falls back to the id."""

    id: str
    name: str
    kind: str
    lane: str
    form_key: str
    guidance: str
    """The element's documentation."""
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class InboxFilters:
    """What an inbox is narrowed to; every empty field leaves all through."""

    mine: bool = False
    """Only tasks that this person has claimed or been given."""
    unclaimed: bool = False
    school: str = ""
    process: str = ""
    """The key of the case's own process."""
    due_before: datetime | None = None
    text: str = ""
    """Part of the business key or of the school's name."""


@dataclass(frozen=True)
class TaskRow:
    """A user task and the case that it belongs to."""

    id: int
    element: str
    name: str
    lane: str
    form_key: str
    status: str
    """open, completed or cancelled."""
    roles: tuple[str, ...]
    """Candidate groups."""
    assignee: str | None
    priority: int
    due: datetime | None
    due_estimated: bool
    created: datetime
    instance_id: int
    process: str
    process_name: str
    business_key: str
    school_urn: str | None
    school_name: str
    token: str = ""


@dataclass(frozen=True)
class TaskDetail:
    """All that the page of one task needs. ``form`` is the bound version's JSON, ``variables`` what its form sees."""

    row: TaskRow
    info: ElementInfo
    definition_id: int
    form: bytes | None
    variables: Mapping[str, Any]
    ended: datetime | None
    ended_by: str | None
    values: Mapping[str, Any] | None
    note: str


@dataclass(frozen=True)
class InstanceFilters:
    """What a list of cases is narrowed to; every empty field leaves all through."""

    school: str = ""
    process: str = ""
    status: str = ""
    text: str = ""
    """Part of the business key."""
    troubled: bool = False
    """Only cases with an open incident."""


@dataclass(frozen=True)
class InstanceRow:
    """A case in a list. ``state`` is active, completed, terminated or cancelled; ``at`` names where it stands."""

    id: int
    process: str
    process_name: str
    version: int
    definition_id: int
    business_key: str
    school_urn: str | None
    school_name: str
    state: str
    at: tuple[str, ...]
    incidents: int
    started: datetime
    started_by: str
    ended: datetime | None
    reason: str


@dataclass(frozen=True)
class DiagramView:
    """One diagram of a case with its marks: ``active`` elements, those ``completed``, the ``flows`` that were taken."""

    definition_id: int
    key: str
    name: str
    version: int
    active: tuple[str, ...]
    completed: tuple[str, ...]
    flows: tuple[str, ...]


@dataclass(frozen=True)
class HistoryRow:
    """One line of a case's story, newest last by ``seq``. ``how`` as in :class:`engine.tables.History`."""

    seq: int
    element: str
    name: str
    kind: str
    lane: str
    process: str
    how: str
    via: str
    entered: datetime
    ended: datetime
    by: str
    detail: Mapping[str, Any]
    clauses: tuple[str, ...]
    task_id: int | None
    """The user task that this line tells of."""


@dataclass(frozen=True)
class TimerRow:
    """A timer that waits. ``why`` says how its date was found; ``estimated`` when it lies past the known calendar."""

    id: int
    element: str
    name: str
    due: datetime
    estimated: bool
    why: str
    attempts: int
    instance_id: int
    process: str
    process_name: str
    business_key: str
    school_urn: str | None
    school_name: str


@dataclass(frozen=True)
class DueRow:
    """Something that falls due: a timer of a case, a task with a date, or the start of a review.

    ``kind`` is timer, task or start. ``estimated`` when it lies past the known calendar; ``why`` says in words how its
    date was found (empty for a task). A start has no case yet.
    """

    kind: str
    id: int
    name: str
    due: datetime
    estimated: bool
    why: str
    instance_id: int | None
    process: str
    process_name: str
    school_urn: str | None
    school_name: str


@dataclass(frozen=True)
class RoundRow:
    """A start of a process for many schools: how many were asked for, skipped, started, wait still, and failed."""

    id: int
    process: str
    process_name: str
    by: str
    begun: datetime
    total: int
    skipped: int
    waiting: int
    failed: int

    @property
    def started(self) -> int:
        """Cases that it has started."""
        return self.total - self.skipped - self.waiting - self.failed

    @property
    def done(self) -> bool:
        """Whether nothing waits any more."""
        return self.waiting == 0


@dataclass(frozen=True)
class CarrierRow:
    """An element of a process that carries a clause."""

    process: str
    process_name: str
    element: str
    name: str
    kind: str


@dataclass(frozen=True)
class SkippedRow:
    """A school that a round passed over, and why, as a sentence; its name is empty when it is on no register."""

    urn: str
    school_name: str
    why: str


@dataclass(frozen=True)
class FailedRow:
    """A school whose case a round could not start, why, and the incident that a manager can retry."""

    urn: str
    school_name: str
    message: str
    incident_id: int


@dataclass(frozen=True)
class CategoryRow:
    """A category that a school was put in, when, why, and by which case (none: by the register's file)."""

    category: str
    reason: str
    since: datetime
    instance_id: int | None


@dataclass(frozen=True)
class SubscriptionRow:
    """An element that waits for a message or signal."""

    element: str
    name: str
    kind: str
    message: str
    key: str


@dataclass(frozen=True)
class IncidentRow:
    """Something that went wrong; ``retriable`` when :meth:`Engine.retry` can try it again."""

    id: int
    instance_id: int | None
    kind: str
    element: str
    message: str
    detail: str
    created: datetime
    retriable: bool
    resolved: datetime | None
    resolved_by: str | None


@dataclass(frozen=True)
class InstanceDetail:
    """A case, live. ``diagrams`` begins with its own process, then the called ones that it has been in."""

    row: InstanceRow
    diagrams: tuple[DiagramView, ...]
    tasks: tuple[TaskRow, ...]
    timers: tuple[TimerRow, ...]
    subscriptions: tuple[SubscriptionRow, ...]
    incidents: tuple[IncidentRow, ...]
    variables: Mapping[str, Any]
    history: tuple[HistoryRow, ...]
    """The newest lines, newest first; older ones by :func:`timeline`."""
    more_history: bool


@dataclass(frozen=True)
class DefinitionRow:
    """One version of a process."""

    id: int
    key: str
    name: str
    version: int
    latest: bool
    documentation: str
    startable: bool
    start_form: str
    starter_groups: tuple[str, ...]
    deployed: datetime
    deployed_by: str
    note: str
    file: str
    resource_id: int
    """The same for versions with the same file content."""


@dataclass(frozen=True)
class DeploymentRow:
    """Files that were deployed together."""

    id: int
    at: datetime
    by: str
    note: str
    processes: tuple[str, ...]
    """Such as "barnsley-escalation 3"."""


@dataclass(frozen=True)
class NotificationRow:
    """Something that a role was told."""

    id: int
    role: str
    instance_id: int
    business_key: str
    school_name: str
    subject: str
    text: str
    created: datetime


@dataclass(frozen=True)
class MessageRow:
    """A message or signal that nobody waited for."""

    id: int
    kind: str
    name: str
    keys: Mapping[str, Any]
    payload: Mapping[str, Any]
    source_id: int | None
    sent: datetime


@dataclass(frozen=True)
class SchoolRow:
    """A school of the register."""

    urn: str
    name: str
    phase: str
    type: str
    diocese: str
    trust: str
    maintained: bool
    governance: str = ""
    link_adviser: str = ""
    category: str = ""
    closed: bool = False


@dataclass(frozen=True)
class Counts:
    """Numbers for the navigation, none counted further than the limit."""

    tasks: int
    mine: int
    incidents: int
    active: int
    undelivered: int
    more: frozenset[str] = field(default_factory=frozenset)
    """The names of those that are larger than shown."""
