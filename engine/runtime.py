"""The engine: its services, each a noun, on one database with one clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from engine.calendar.terms import SchoolCalendar
from engine.clock import Clock
from engine.feel import Feel
from engine.people.directory import Directory, nobody
from engine.rehearsal.service import Rehearsals
from engine.services import plans
from engine.services.archives import Archives
from engine.services.attachments import Attachments
from engine.services.audit import Audit
from engine.services.batches import Batches
from engine.services.calendars import Calendars
from engine.services.cases import Cases
from engine.services.comments import Comments
from engine.services.comparisons import Comparisons
from engine.services.configuration import Configuration
from engine.services.conflicts import Conflicts
from engine.services.deployments import Deployments
from engine.services.drafts import Drafts
from engine.services.drawings import Drawings
from engine.services.figures import Figures
from engine.services.installation import Installation
from engine.services.interventions import Interventions
from engine.services.jobs import Jobs
from engine.services.links import Links
from engine.services.lists import Lists
from engine.services.messages import Messages
from engine.services.migrations import Migrations
from engine.services.notices import Notices
from engine.services.packs import Packs
from engine.services.people import People
from engine.services.plans import Plans
from engine.services.reports import Reports
from engine.services.retention import Retention
from engine.services.schools import Schools
from engine.services.tasks import Tasks
from engine.settings import Config
from engine.store.database import Database
from engine.store.tenancy import Scope
from engine.transactions import CalendarOf, Transactions


class Engine:
    """Runs processes. One an application; safe to use from several threads.

    ``database`` is a URL (the tables are then made and kept up to date), a SQLAlchemy engine, or a session factory
    such as Flask-SQLAlchemy's ``db.session``: the engine then works on the same database, in sessions of its own.
    ``clock`` is the machine's unless given, or in sample mode one that :meth:`Installation.move_clock` moves.
    ``calendar`` is one school calendar, or a callable that gives the calendar for (authority, school URN or None).
    ``feel`` is the process-wide FEEL engine unless given. ``directory`` gives those who can sign in for an authority.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock | None = None,
        calendar: SchoolCalendar | CalendarOf | None = None,
        feel: Feel | None = None,
        config: Config | None = None,
        directory: Directory = nobody,
    ) -> None:
        made = Transactions(database, clock, calendar, feel, config, directory)
        self.transactions = made
        self.deployments, self.cases, self.batches = Deployments(made), Cases(made), Batches(made)
        self.tasks, self.messages, self.jobs = Tasks(made), Messages(made), Jobs(made)
        self.calendars, self.schools, self.people = Calendars(made), Schools(made), People(made)
        self.installation, self.comparisons = Installation(made), Comparisons(made)
        self.rehearsals, self.drawings = Rehearsals(made), Drawings(made)
        self.deployments.rehearsed = self.rehearsals.findings
        self.plans = Plans(made, self.deployments)
        self.configuration = Configuration(made, self.deployments, self.plans)
        self.archives = Archives(made, self.deployments, self.configuration, self.plans)
        self.jobs.others[plans.JOB] = self.plans.due
        self.notices, self.links = Notices(made), Links(made)
        self.packs, self.drafts, self.lists = Packs(made), Drafts(made), Lists(made)
        self.attachments, self.interventions = Attachments(made), Interventions(made)
        self.migrations, self.audit = Migrations(made), Audit(made)
        self.conflicts, self.comments = Conflicts(made), Comments(made)
        self.reports, self.retention, self.figures = Reports(made), Retention(made), Figures(made)
        self.config, self.clock, self.database = made.world.config, made.world.clock, made.database

    def reading(self, scope: Scope | None = None) -> AbstractContextManager[Session]:
        """A session for :mod:`engine.queries`, in which nothing is written."""
        return self.transactions.reading(scope)

    def create_schema(self) -> None:
        """Make the engine's tables, or bring them up to date (Alembic)."""
        self.database.create_schema()

    def dispose(self) -> None:
        """Let go of the database connections; the next command opens new ones."""
        self.database.dispose()

    def on_work(self, waker: Callable[[], None]) -> None:
        """Call ``waker`` after each commit that may have brought new jobs: a worker in this process hears of them."""
        self.transactions.on_work(waker)
