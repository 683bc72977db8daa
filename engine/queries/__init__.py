"""What people look at: inbox, cases, timelines, definitions. Reads only, and never loads a workflow.

Every function takes a session that carries a scope (``engine/scope.py``), so it sees that authority's rows only. Each
gives frozen dataclasses (``rows``), made from a handful of indexed queries whose cost doesn't grow with what is
finished.
"""

from engine.queries.carriers import carriers
from engine.queries.definitions import (
    definition,
    definition_xml,
    definitions,
    deployments,
    form,
    forms_of,
    latest_definition,
    start_form,
    versions,
)  # fmt: skip
from engine.queries.due import MOST as MOST_DUE
from engine.queries.due import falling_due
from engine.queries.instances import instance, instance_detail, instances, timeline, trace, variables
from engine.queries.live import live_cases
from engine.queries.rows import (
    CarrierRow,
    CategoryRow,
    Counts,
    DefinitionRow,
    DeploymentRow,
    DiagramView,
    DueRow,
    ElementInfo,
    FailedRow,
    HistoryRow,
    InboxFilters,
    IncidentRow,
    InstanceDetail,
    InstanceFilters,
    InstanceRow,
    MessageRow,
    NotificationRow,
    Page,
    RoundRow,
    SchoolRow,
    SkippedRow,
    SubscriptionRow,
    TaskDetail,
    TaskRow,
    TimerRow,
)  # fmt: skip
from engine.queries.schools import categories, failed, round_of, rounds, school, schools, skipped
from engine.queries.tasks import inbox, open_tasks, task
from engine.queries.work import counts, incidents, notifications, timers, undelivered

__all__ = [
    "MOST_DUE",
    "CarrierRow", "CategoryRow",
    "Counts",
    "DefinitionRow",
    "DeploymentRow",
    "DiagramView",
    "DueRow",
    "ElementInfo",
    "FailedRow",
    "HistoryRow",
    "InboxFilters",
    "IncidentRow",
    "InstanceDetail",
    "InstanceFilters",
    "InstanceRow",
    "MessageRow",
    "NotificationRow",
    "Page",
    "RoundRow",
    "SchoolRow",
    "SkippedRow",
    "SubscriptionRow",
    "TaskDetail",
    "TaskRow",
    "TimerRow",
    "carriers", "categories",
    "counts",
    "definition",
    "definition_xml",
    "definitions",
    "deployments",
    "failed",
    "falling_due",
    "form",
    "forms_of",
    "inbox",
    "incidents",
    "instance",
    "instance_detail",
    "instances",
    "latest_definition",
    "live_cases",
    "notifications",
    "open_tasks",
    "round_of",
    "rounds",
    "school",
    "schools",
    "skipped",
    "start_form",
    "task",
    "timeline",
    "timers",
    "trace",
    "undelivered",
    "variables",
    "versions",
]  # fmt: skip
