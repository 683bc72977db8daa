"""What is inside the database: its revision, accounts, roles, calendars, processes, what is due, the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine as Database
from sqlalchemy.exc import SQLAlchemyError

from engine import Engine, migrations, queries
from engine.calendar.timers import ZONE
from engine.feel import Feel
from engine.people.authorities import OFFICER, Authority
from engine.queries.retention import due_for_deletion
from engine.store.tenancy import Scope
from webapp.doctor.findings import Finding, error, guarded, ok, warning

#: How near the end of a calendar may come: later dates are estimated from then on.
SOON = timedelta(days=270)
#: How long the oldest due job may have been due where a worker runs, in seconds.
PATIENCE = 600
UPGRADE = "Start Pathways once (it brings the database up to date), or run pathways db upgrade; make a copy before."


def of_the_database(database: Database) -> list[Finding]:
    """Whether it answers and is as this version of Pathways needs it; what follows needs that."""
    try:
        with database.connect() as connection:
            there = set(MigrationContext.configure(connection).get_current_heads())
    except SQLAlchemyError as failed:
        reason = str(getattr(failed, "orig", None) or failed).strip().partition("\n")[0]
        remedy = "Start it, and look at DATABASE_URL: host, name, user and password."
        return [error("Database", f"{database.url.render_as_string()} does not answer: {reason}", remedy)]
    place = AlembicConfig()
    place.set_main_option("script_location", str(migrations.FOLDER))
    needed = set(ScriptDirectory.from_config(place).get_heads())
    if not there:
        return [error("Database", "it is empty", UPGRADE)]
    if there != needed:
        said = f"its tables are of another version ({', '.join(sorted(there))}; needed: {', '.join(sorted(needed))})"
        return [error("Database", said, UPGRADE)]
    return [ok("Database", f"answers ({database.dialect.name}), and its tables are up to date")]


def look(engine: Engine) -> Iterator[Finding]:
    """All of it."""
    yield from guarded("FEEL", lambda: of_feel(engine))
    yield from guarded("Sample", lambda: of_the_sample(engine))
    for home in engine.config.authorities.values():
        yield from guarded(home.name, partial(of_authority, engine, home))
    if not engine.config.authorities:
        remedy = "docs/how-to/set-up-an-authority.md says how."
        yield error("Authorities", "there is no file in config/authorities", remedy)
    yield from guarded("Worker", lambda: of_work(engine))
    yield from guarded("Audit trail", lambda: of_the_trail(engine))


def of_feel(engine: Engine) -> Iterator[Finding]:
    """Whether expressions are worked out."""
    found = Feel.shared().evaluate("1 + 1", {}, now=engine.clock.now())
    yield (
        ok("FEEL", "works")
        if found == 2
        else error("FEEL", f"says that 1 + 1 is {found}", "Build it anew: make clean, then make run.")
    )


def of_the_sample(engine: Engine) -> Iterator[Finding]:
    """Whether invented people are among the real ones."""
    if engine.installation.holds_sample() and not engine.config.sample:
        remedy = "Name another database in DATABASE_URL: a server for real people does not start on this one."
        yield error("Sample", "this database holds invented people whose password everybody knows", remedy)


def of_authority(engine: Engine, home: Authority) -> Iterator[Finding]:
    """Its processes, its calendar, and who holds its roles."""
    yield from _of_processes(engine, home)
    yield from _of_calendar(engine, home)
    yield from _of_roles(engine, home)
    yield from _of_retention(engine, home)


def _of_processes(engine: Engine, home: Authority) -> Iterator[Finding]:
    scope = Scope(home.id, oversees=True)
    with engine.reading(scope) as session:
        found = len(queries.definitions(session))
    if found:
        yield ok(home.name, f"{found} processes are deployed")
    else:
        yield warning(home.name, "no process is deployed", f"Run pathways deploy processes/{home.id} forms/{home.id}.")


def _of_calendar(engine: Engine, home: Authority) -> Iterator[Finding]:
    last, today = engine.calendars.of(home.id).runs_out_on, engine.clock.now().astimezone(ZONE).date()
    remedy = f"Take the next year's in: pathways calendar import, --authority {home.id}."
    if last is None:
        yield error(home.name, "it has no school calendar", remedy)
    elif last < today:
        yield error(home.name, f"its school calendar ended on {last:%-d %B %Y}", remedy)
    elif last - today < SOON:
        yield warning(home.name, f"its school calendar ends on {last:%-d %B %Y}", remedy)
    else:
        yield ok(home.name, f"its school calendar goes to {last:%-d %B %Y}")


def _of_roles(engine: Engine, home: Authority) -> Iterator[Finding]:
    held = {role for each in engine.people.members(home.id) for role in each.roles}
    if not home.may(held, "administer"):
        remedy = f"Run pathways administrator, --authority {home.id}."
        yield error(home.name, "nobody administers it, so nobody can make accounts", remedy)
    if not home.may(held, "audit"):
        yield warning(home.name, "nobody reads its audit trail", "Give somebody a role that audits, under Accounts.")
    yield from _of_nobody(engine, home, held)


def _of_retention(engine: Engine, home: Authority) -> Iterator[Finding]:
    """Whether the council has said for how long its cases are kept, and whether what is due waits for somebody."""
    with engine.reading() as session:
        due = sum(number for _, number in due_for_deletion(session, home.id))
    if not home.retention.usual.own:
        remedy = "Put the council's into its file, under retention: docs/how-to/keep-and-delete-records.md says how."
        yield warning(home.name, "it has no retention schedule: Pathways' own default holds, nobody's policy", remedy)
    held = {role for each in engine.people.members(home.id) for role in each.roles}
    if due and not home.may(held, "records"):
        remedy = "Give somebody a role with the capability records, under Accounts."
        yield warning(home.name, f"{due} cases are due for deletion, and nobody decides on it", remedy)


def _of_nobody(engine: Engine, home: Authority, held: set[str]) -> Iterator[Finding]:
    """Roles of officers that nobody has, and tasks that wait for whom nobody is."""
    nobody = sorted(role.name for role in home.roles.values() if role.kind == OFFICER and role.id not in held)
    if nobody:
        yield warning(
            home.name, f"nobody is: {'; '.join(nobody)}", "Give the roles, under Accounts; tasks of these wait."
        )
    for each in engine.tasks.unheld(home.id):
        names = " or ".join(home.roles[role].name if role in home.roles else role for role in each.roles)
        remedy = "Give the role under Accounts, or enter who holds it under People."
        yield warning(home.name, f"{len(each.tasks)} tasks wait for {names}, which nobody is for their school", remedy)


def of_work(engine: Engine) -> Iterator[Finding]:
    """Whether timers fire: what has long been due says that nobody does it."""
    figures = engine.jobs.figures()
    if figures["pathways_job_queue_age_seconds"] > PATIENCE:
        said = f"what is due has waited for {int(figures['pathways_job_queue_age_seconds']) // 60} minutes"
        yield warning(
            "Worker", said, "Start pathways run or pathways worker, and look at the troubles of the overview."
        )
    else:
        yield ok("Worker", "nothing that is due has waited long")
    if figures["pathways_incidents_open"]:
        remedy = "A manager sees them on the overview, with what to do."
        yield warning("Troubles", f"open: {int(figures['pathways_incidents_open'])}", remedy)


def of_the_trail(engine: Engine) -> Iterator[Finding]:
    """Whether every entry is there and as it was written."""
    for authority in engine.audit.chains():
        found, name = engine.audit.verify(authority), authority or "the installation"
        remedy = (
            "Keep this database as it is, and tell whoever looks after information governance: pathways audit verify."
        )
        yield from (error("Audit trail", f"of {name}: {each}", remedy) for each in found.wrong)
        if not found.wrong:
            yield ok("Audit trail", f"of {name}: {found.entries} entries are whole")
