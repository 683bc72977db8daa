"""The engine: one method a command, one transaction each. This is the only module of the engine that commits.

A command locks the instance's row first (on PostgreSQL by SELECT ... FOR UPDATE, on SQLite by BEGIN IMMEDIATE; the row's
revision is checked as well), checks that what it acts on is still open, asks ``engine.spiff`` for the outcome of the step,
lets ``engine.records`` write it, and commits. If anything fails on the way, nothing has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine as DatabaseEngine
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from engine import cases, deliveries, deployments, jobs, migrations, outbox, people, queries, schools, settings, starts
from engine.calendar import SchoolCalendar
from engine.clock import Clock, OffsetClock, SystemClock
from engine.database import WRITING, make_engine, prepare
from engine.deployments import Deployed
from engine.errors import ClockUnmovable, InstanceBusy, JobLost, WorkerKilled
from engine.feel import Feel
from engine.lint import Finding
from engine.registry import Registry
from engine.scope import Scope, set_scope
from engine.settings import Config, StoredOffset
from engine.steps import Complete, SetVariables, Start

Database = str | DatabaseEngine | sessionmaker[Session] | scoped_session[Session]
Calendars = Callable[[str, str | None], SchoolCalendar]
