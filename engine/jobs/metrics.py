"""What a monitor may watch, in Prometheus form: jobs due, fired, late and failed, and the age of the queue.

Counters count in their own process, as is usual with Prometheus: each worker shows its own. The gauges are read from the
database at each scrape. No name of a school, person or case is in any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.store.tables import WAITING, Incident, Job, Outbox

#: Upper bounds of lateness, in seconds: a second, a minute, five minutes, an hour, a day, a week.
LATENESS = (1, 60, 300, 3600, 86400, 604800)

registry = CollectorRegistry()
_fired = Counter("pathways_jobs_fired", "Jobs that were done, by kind.", ["kind"], registry=registry)
_failed = Counter("pathways_jobs_failed", "Tries of jobs that failed, by kind.", ["kind"], registry=registry)
_late = Histogram(
    "pathways_job_lateness_seconds", "How long after its due time a job was done.", buckets=LATENESS, registry=registry
)


def fired(kind: str, late: timedelta) -> None:
    """A job has been done, so long after its due time."""
    _fired.labels(kind).inc()
    _late.observe(max(late.total_seconds(), 0.0))


def failed(kind: str) -> None:
    """A try of a job has failed."""
    _failed.labels(kind).inc()


class Figures(Protocol):
    """Reads the gauges: what an engine gives."""

    def __call__(self) -> dict[str, float]: ...


def figures(session: Session, now: datetime) -> dict[str, float]:
    """The gauges: jobs that wait and that are due, the age of the oldest due one in seconds, mail, open incidents."""
    due = (Job.status == WAITING, Job.next_try <= now)
    oldest = session.scalar(select(func.min(Job.due)).where(*due))
    return {
        "pathways_jobs_waiting": _count(session, Job, Job.status == WAITING),
        "pathways_jobs_due": _count(session, Job, *due),
        "pathways_job_queue_age_seconds": max((now - oldest).total_seconds(), 0.0) if oldest else 0.0,
        "pathways_mail_waiting": _count(session, Outbox, Outbox.status == WAITING),
        "pathways_incidents_open": _count(session, Incident, Incident.resolved.is_(None)),
    }


def _count(session: Session, table: type[Job | Outbox | Incident], *conditions: object) -> float:
    return float(session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0)  # type: ignore[arg-type]


_HELP = {
    "pathways_jobs_waiting": "Timers, starts and messages that wait for their time.",
    "pathways_jobs_due": "Of these, those whose time has come.",
    "pathways_job_queue_age_seconds": "How long the oldest due job has been due.",
    "pathways_mail_waiting": "Mail that waits to be sent.",
    "pathways_incidents_open": "Incidents that nobody has settled.",
}


class Gauges(Collector):
    """The gauges, read anew at each scrape."""

    def __init__(self, read: Figures) -> None:
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, value in self._read().items():
            yield GaugeMetricFamily(name, _HELP[name], value=value)


def exposition(read: Figures) -> bytes:
    """All of it as text (Prometheus exposition format 0.0.4)."""
    gauges = CollectorRegistry()
    gauges.register(Gauges(read))
    return generate_latest(registry) + generate_latest(gauges)
