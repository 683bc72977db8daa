"""What goes into one step of a process instance, and what comes out of it.

Plain values only: :func:`engine.spiff.advance` takes a trigger and gives an :class:`Outcome`; ``engine.cases.records``
writes an Outcome as rows; rehearsal keeps it in memory. Nothing here knows SpiffWorkflow or a database. All times are
aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from engine.calendar.terms import SchoolCalendar
    from engine.feel import Feel

Variables = dict[str, Any]

#: What a school's phase and type may be, as diagrams compare them: words of the Department for Education's register.
PHASES = ("nursery", "primary", "secondary", "special", "all-through", "PRU")
TYPES = (
    "community",
    "voluntary aided",
    "voluntary controlled",
    "foundation",
    "academy",
    "free",
    "special",
    "PRU",
    "independent",
)
#: How far a school is. One that was converted has closed, and is an academy under another URN.
OPEN_SCHOOL, CLOSING, CLOSED, CONVERTED = STATUSES = ("open", "proposed to close", "closed", "converted")
#: The message that the engine throws to the cases of a school when the register changes in what matters to them.
SCHOOL_CHANGED = "school-changed"
#: What matters to a running case, as fields of the variable ``school``.
MATTERS = ("type", "status", "maintained", "trust", "diocese", "head")


class StepFailed(Exception):
    """A step that could not be taken: at which ``element`` (empty when at none), and for what ``cause``."""

    def __init__(self, element: str, cause: Exception) -> None:
        super().__init__(str(cause))
        self.element, self.cause = element, cause


@dataclass(frozen=True)
class Start:
    """Start a new instance with these variables; ``element`` names the start event when it is not the none start event."""

    variables: Variables
    element: str | None = None


@dataclass(frozen=True)
class Complete:
    """A person completed the user task that waits under ``token``; ``values`` become process variables."""

    token: str
    values: Variables


@dataclass(frozen=True)
class Fire:
    """The timer that waits under ``token`` has fallen due."""

    token: str


@dataclass(frozen=True)
class Receive:
    """A message or signal arrives at the element that waits under ``token``; ``payload`` becomes process variables."""

    token: str
    name: str
    payload: Variables = field(default_factory=dict)


@dataclass(frozen=True)
class SetVariables:
    """Process variables are changed from outside: what waits on a condition, or on a timer made from them, looks again."""

    variables: Variables


@dataclass(frozen=True)
class CalendarChanged:
    """The school calendar is another one: every date that was made with it is worked out again."""


@dataclass(frozen=True)
class Redate:
    """A manager sets other dates: the new moment of what waits under each token (a user task, or a timer as Fire names it).

    Such a date stays, whatever the calendar or a variable makes of the diagram's own, which is kept beside it.
    """

    dates: Mapping[str, datetime]


@dataclass(frozen=True)
class MoveToken:
    """The token leaves the element at which it is, and goes on at another of the same scope: a step is skipped, or gone back to.

    ``alone``: all else that runs in that scope ends.
    """

    token: str
    to: str
    alone: bool = False


Trigger = Start | Complete | Fire | Receive | SetVariables | CalendarChanged | Redate | MoveToken


@dataclass(frozen=True)
class StepContext:
    """What a step may ask of the world: the time, the school calendar, FEEL and the decision tables."""

    now: datetime
    calendar: SchoolCalendar
    feel: Feel
    decide: Callable[[str, Mapping[str, Any]], Any]
    business_key: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The authority's own values, which every expression sees as ``settings``."""
    live_cases: Callable[[str], list[Variables]] = lambda process: []
    """The open cases of a process of the same authority, by school: urn, school, since, waiting and overdue."""
    held_category: Callable[[], str] = str
    """The category in which another open case holds the school; empty where none does."""
    school: Variables | None = None
    """What the register says now of the school that the case is for: its variable ``school``."""
    budget: float = 10.0
    """How long the step may take, in seconds: it holds locks, so that others wait for it."""


@dataclass(frozen=True)
class WaitingUserTask:
    """A user task that waits for a person. ``token`` is unique within its instance."""

    token: str
    process: str
    element: str
    name: str
    lane: str
    form_key: str
    candidate_groups: tuple[str, ...]
    assignee: str
    due: datetime | None
    due_estimated: bool
    priority: int
    local_variables: Variables = field(default_factory=dict)
    from_notice: bool = False
    """Whether the due date counts from a date that a form gave."""
    drawn: datetime | None = None
    """The diagram's own due date, where a manager has set another."""
    follow_up: datetime | None = None
    """Until when it rests by the diagram, once it is asked."""


@dataclass(frozen=True)
class WaitingTimer:
    """A timer that waits; ``why`` says in words how its date was found; ``estimated`` when it lies past the known calendar."""

    token: str
    process: str
    element: str
    name: str
    due: datetime
    estimated: bool
    why: str
    from_notice: bool = False
    """Whether it counts from a date that a form gave, which people outside may have been told."""
    drawn: datetime | None = None
    """The diagram's own date, where a manager has set another."""


@dataclass(frozen=True)
class Subscription:
    """An element that waits for a message or signal of this name; ``key`` is the correlation key (empty for a signal)."""

    token: str
    process: str
    element: str
    kind: Literal["message", "signal"]
    name: str
    key: str


@dataclass(frozen=True)
class ActiveToken:
    """Where the instance stands: an element that is entered and neither completed nor cancelled."""

    token: str
    process: str
    element: str
    via: str
    entered: datetime


@dataclass(frozen=True)
class StuckToken:
    """An element that waits for tokens that can never come."""

    token: str
    element: str
    name: str


@dataclass(frozen=True)
class HistoryStep:
    """An element that ended in this step. ``via`` is the sequence flow by which it was entered (empty at a start).

    ``how`` is skipped for an activity that ran no time: an empty collection, a loop that was not entered.
    """

    token: str
    process: str
    element: str
    name: str
    kind: str
    via: str
    how: Literal["completed", "cancelled", "skipped"]
    entered: datetime
    ended: datetime
    decided: tuple[str, Any] | None = None
    """Of a business rule task: the decision that it asked, by its id, and the whole result."""


@dataclass(frozen=True)
class Thrown:
    """A message or signal thrown to other instances; ``key`` is the business key that a message is meant for, and
    ``keep_until`` how long it waits for somebody who will wait for it."""

    kind: Literal["message", "signal"]
    name: str
    key: str
    payload: Variables
    process: str
    element: str
    keep_until: datetime | None = None


@dataclass(frozen=True)
class Meeting:
    """A meeting to which a notification invites. ``name`` is the same for all invitations to it: one to a meeting of that name
    that is still to come moves it, and so does one that says that it ``moves`` the last, whatever its day. Without an hour it
    takes the whole day; ``hour`` is as it was written."""

    name: str
    day: date
    hour: str = ""
    place: str = ""
    called_off: bool = False
    moves: bool = False


@dataclass(frozen=True)
class Notification:
    """Something that named roles are to be told; sent by the outbox after the commit."""

    process: str
    element: str
    to: tuple[str, ...]
    subject: str
    text: str
    meeting: Meeting | None = None
    school: bool = False
    """Whether the school itself is told too, by mail to its own address."""


#: What a diagram gives as category to take its school out of every one, as it was before it had any.
NO_CATEGORY = "none"


@dataclass(frozen=True)
class Categorised:
    """A category that the school of the case is put in, and why; ``none`` takes it out of every one."""

    category: str
    reason: str
    element: str = ""
    """By which element of its diagram, and that element's ``name``; none where no case did it."""
    name: str = ""

    @property
    def held(self) -> str:
        """What the register has for the school then: its category, or the empty string for none."""
        return "" if self.category == NO_CATEGORY else self.category


@dataclass(frozen=True)
class Outcome:
    """The result of one step. The waiting work is the complete set after the step; the rest is what the step added."""

    state: bytes
    status: Literal["active", "completed"]
    variables: Variables
    user_tasks: tuple[WaitingUserTask, ...]
    timers: tuple[WaitingTimer, ...]
    subscriptions: tuple[Subscription, ...]
    active: tuple[ActiveToken, ...]
    history: tuple[HistoryStep, ...]
    thrown: tuple[Thrown, ...]
    notifications: tuple[Notification, ...]
    categories: tuple[Categorised, ...] = ()
    stuck: tuple[StuckToken, ...] = ()
    """Where an active case waits in vain: it waits for nobody and nothing, as a join whose tokens can never come."""
