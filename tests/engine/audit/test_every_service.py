"""Every method of the services that writes is called once, and leaves an entry; or it is said here why it need not.

A new method that writes fails here until the story calls it. What is written outside the one transaction of commands, or past
the ORM, would be seen by nobody, so that is refused as well; and each table says what a change of it means.
"""

from __future__ import annotations

import ast
import inspect
import io
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import Config, Engine, EventReport, Held, NewDates, OnBehalf, Said, Scope, queries
from engine.audit import Draft
from engine.audit.rules import RULES, Silent
from engine.calendar.files import Calendars
from engine.configuration import Setting, write_settings
from engine.errors import PathwaysError, StartKept
from engine.people.authorities import Authority
from engine.people.directory import Member, Wanted
from engine.queries.links import Asked
from engine.rehearsal import Recording
from engine.services.drawings import Drawn
from engine.services.packs import MadePack
from engine.services.plans import HandedIn
from engine.services.reports import Asked as AskedReport
from engine.services.reports import Drafted
from engine.store.tables import AuditEntry, Base, Incident, MigratedCase, MovedDate
from tests.conftest import ROOT
from tests.engine.running import DAY, LATER, MESSAGES, RECEIVER, THROWER, clock_of, role, running, started_by, task
from tests.engine.spiff.cases import bpmn, prop
from webapp.people import accounts

assert accounts  # the tables of the web application count too
#: Methods that write, and of which no entry need tell.
NEEDLESS = {
    "Calendars.recalculate": "a step of each case; where no date moved, nothing was changed",
    "Calendars.follow": "tells an authority of a calendar that changed, once it has begun to look",
    "Deployments.put": "for the database of a rehearsal, which is forgotten",
    "Drafts.discard": "what somebody typed and has not handed in",
    "Drafts.forget_old": "what somebody typed and has not handed in",
    "Drafts.save": "what somebody typed and has not handed in",
    "Drawings.save": "a save as it is drawn; its draft keeps the history",
    "Figures.follow": "adds up what cases did, which is told",
    "Installation.move_clock": "for the sample alone; told in tests/engine/audit/test_kinds.py",
    "Jobs.fire_next_due": "by itself it only claims; what the job does is told",
    "Jobs.tell_late": "tells people in the app; the task's date says that it was late",
    "Jobs.free_claims": "each task that it frees is told, as one that somebody gives back",
    "Jobs.send_digests": "writes mail, and its going out is told",
    "Notices.read": "what somebody has read",
    "Notices.read_all": "what somebody has read",
    "Reports.follow": "a report that it drafts is told as one that somebody makes; told in tests/webapp/pages/test_reports.py",
    "Schools.look": "reads files and changes nothing on the register",
    "Links.send": "writes mail, and its going out is told",
    "Tasks.foresee": "takes a step of which nothing is kept",
    "Schools.confirm_succession": "told in tests/engine/audit/test_kinds.py",
}
SAM, LEE, BOSS, GOV = "sam@example.org", "lee@example.org", "boss@example.org", "gov@example.org"
ROLES = {SAM: {"seo"}, LEE: {"seo"}, BOSS: {"director"}, GOV: {"governance"}}
SCHOOLS = (
    "urn,name,phase,type\n100001,Elm,primary,community\n100002,Oak,primary,community\n100003,Fir,primary,academy\n"
)
PEOPLE = "email,name,role,school,diocese,trust,except,from,until\nholly@example.org,Holly,head,100001,,,,2026-01-01,\n"
CELLS = {"email": "nia@example.org", "name": "Nia", "role": "head", "school": "100002", "from": "2026-01-01"}
LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n100002,100003,,Successor,01-09-2026\n"
TASKS = bpmn(
    '<startEvent id="s"/><parallelGateway id="g"/><userTask id="a" camunda:candidateGroups="seo"/>'
    '<userTask id="b" camunda:candidateGroups="seo"/><userTask id="c" camunda:candidateGroups="seo"/>'
    f'<userTask id="asked" camunda:candidateGroups="head" camunda:dueDate="P7D">{prop(onBehalf="seo", noAnswer="= {}")}'
    f'</userTask><userTask id="other" camunda:candidateGroups="head" camunda:dueDate="P7D">'
    f'{prop(onBehalf="seo", noAnswer="= {}")}</userTask><endEvent id="e"/>',
    "s>g g>a g>b g>c g>asked g>other a>e b>e c>e asked>e other>e",
)
REPORTED = bpmn(
    f'<startEvent id="s">{prop(reportedBy="seo")}<messageEventDefinition messageRef="m2"/></startEvent>'
    '<userTask id="a"/><endEvent id="e"/>',
    "s>a a>e",
    MESSAGES,
    "reported",
)
SMALL = bpmn('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>', "s>a a>e", key="small")
SIGNALLED = started_by('<signalEventDefinition signalRef="s1"/>', "signalled")
EACH = bpmn(
    f'<startEvent id="s">{prop(forEach="school")}</startEvent><userTask id="a"/><endEvent id="e"/>',
    "s>a a>e",
    key="each",
)
BROKEN = LATER.replace(b'id="p"', b'id="broken"')
UNSTARTED = bpmn('<startEvent id="s"/><exclusiveGateway id="g"/><endEvent id="e"/>', "s>g g>e[false]", key="unstarted")


def services(engine: Engine) -> dict[str, Any]:
    """The services of an engine, by the names of their classes."""
    found = (each for each in vars(engine).values() if type(each).__module__.startswith("engine."))
    return {
        type(each).__name__: each
        for each in found
        if ".services." in type(each).__module__ or type(each).__module__ == "engine.rehearsal.service"
    }


def writers(kind: type[Any]) -> set[str]:
    """The public methods of a service that open a transaction to write, or call another of its methods that does."""
    tree = ast.parse(inspect.getsource(kind).lstrip())
    methods = {each.name: each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
    found = {name for name, body in methods.items() if _calls(body) & {"writing", "step"}}
    while more := {name for name, body in methods.items() if _calls(body) & found} - found:
        found |= more
    return {name for name in found if not name.startswith("_")}


def _calls(body: ast.AST) -> set[str]:
    return {
        each.func.attr for each in ast.walk(body) if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)
    }


class Watching:
    """Notes which kinds of entries each call of a service's method leaves."""

    def __init__(self, engine: Engine) -> None:
        self.left: dict[str, set[str]] = {}
        self._engine = engine
        for name, service in services(engine).items():
            for method in writers(type(service)):
                setattr(service, method, self._noting(f"{name}.{method}", getattr(service, method)))

    def _noting(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def noted(*given: Any, **named: Any) -> Any:
            before = self._count()
            try:
                return method(*given, **named)
            finally:
                with self._engine.reading() as session:
                    newest = select(AuditEntry.kind).order_by(AuditEntry.at, AuditEntry.authority, AuditEntry.seq)
                    kinds = list(session.scalars(newest))
                self.left.setdefault(name, set()).update(kinds if len(kinds) > before else ())

        return noted

    def _count(self) -> int:
        with self._engine.reading() as session:
            return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def members(*_: Any) -> Iterable[Member]:
    return [Member(name, name.title(), name, frozenset(roles)) for name, roles in ROLES.items()]


def home() -> Authority:
    roles = {"seo": role("seo", "start"), "director": role("director", "manage", "own-processes")}
    roles["governance"] = role("governance", "records")
    roles["head"] = replace(role("head"), kind="contact", mailbox="")
    return Authority("town", "Town", "", "barnsley", roles, (), {}, approval="seo")


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> dict[str, set[str]]:
    """What the story left, by method."""
    folder = tmp_path_factory.mktemp("story")
    shutil.copy(sqlite_template, folder / "story.db")
    shutil.copytree(ROOT / "config/calendars", folder / "calendars")
    config = Config.load(
        folder,
        {"PATHWAYS_SAMPLE": "1", "PATHWAYS_FILES": str(folder / "files"), "PATHWAYS_MAIL_FOLDER": str(folder / "mail")},
    )
    config = replace(config, authorities={"town": home()}, attempts=1)
    engine = running(
        f"sqlite:///{folder / 'story.db'}", config=config, directory=members, calendar=Calendars(folder / "calendars")
    )
    watching = Watching(engine)
    for part in (
        _register,
        _processes,
        _cases,
        _moves,
        _hands,
        _others,
        _messages,
        _troubles,
        _own,
        _files_and_links,
        _records,
    ):
        part(engine)
    engine.dispose()
    return watching.left


def who(engine: Engine, name: str) -> Scope:
    return engine.people.scope("town", ROLES.get(name, ()), name)


def _register(engine: Engine) -> None:
    boss = who(engine, BOSS)
    engine.installation.mark_sample()
    engine.installation.note_sample_year("begun")
    engine.schools.import_file(SCHOOLS.encode(), "town")
    engine.schools.confirm_import(
        engine.schools.look({"a.csv": SCHOOLS.replace("Elm", "Elmtree").encode()}, boss), boss
    )
    engine.schools.readdress("100001", "office@example.org", boss)
    engine.schools.import_files({"links.csv": LINKS.encode()}, "town")
    engine.schools.refuse_succession(1, "Not yet.", boss)
    engine.schools.reopen_succession(1, boss)
    engine.people.import_file(PEOPLE.encode(), "town")
    engine.people.add(CELLS, boss)
    engine.people.change(2, {**CELLS, "name": "Nia New"}, boss)
    engine.people.move(2, {**CELLS, "school": "100001", "from": "2026-06-01"}, boss)
    engine.people.cover(Wanted(SAM, LEE, date(2026, 9, 8), date(2026, 9, 9), "Leave."), boss)
    engine.people.end_cover(1, boss)


def _processes(engine: Engine) -> None:
    boss = who(engine, BOSS)
    for key, xml in (
        ("p", TASKS),
        ("receiver", RECEIVER),
        ("thrower", THROWER),
        ("reported", REPORTED),
        ("small", SMALL),
        ("signalled", SIGNALLED),
        ("broken", BROKEN),
        ("unstarted", UNSTARTED),
        ("each", EACH),
    ):
        engine.deployments.deploy({f"{key}.bpmn": xml}, "town", by=boss, strict=False)
    with engine.reading(boss) as session:
        version = queries.latest_definition(session, "small").id
    made = engine.drawings.begin(version, SMALL, boss)
    engine.drawings.begin_new(Drawn("form", "town/new", "forms/town/new.form", base_version=0), b"{}", boss)
    engine.drawings.save(made.id, SMALL + b" ", made.number, boss)
    engine.drawings.rename(made.id, "Mine", boss)
    engine.drawings.end(made.id, boss)
    engine.drawings.restore(made.id, boss)
    recording = Recording("small", engine.clock.now(), name="One")
    engine.rehearsals.save(engine.rehearsals.of_version(version, engine.clock.now(), boss), recording, boss)
    engine.rehearsals.keep(recording, boss)
    engine.rehearsals.remove(engine.rehearsals.saved("small", boss)[0].id, boss)


def _cases(engine: Engine) -> None:
    sam = who(engine, SAM)
    case = engine.cases.start("p", school="100001", by=sam)
    engine.cases.set_variables(case, {"x": 1}, by=who(engine, BOSS), reason="Wrong.")
    with engine.reading() as session:
        token = next(each.token for each in queries.open_tasks(session, case) if each.element == "a")
    engine.interventions.make(case, NewDates({token: date(2026, 9, 30)}), "Half-term.", who(engine, BOSS))
    engine.conflicts.bar(case, LEE, "Related to the head.", who(engine, BOSS))
    engine.conflicts.lift(1, "It was another Lee.", who(engine, BOSS))
    engine.cases.cancel(engine.cases.start("small", by=sam), "Mistake.", by=who(engine, BOSS))
    engine.batches.start("each", by=who(engine, BOSS))
    engine.jobs.run_due()
    engine.calendars.follow()
    engine.calendars.recalculate([case])


def _moves(engine: Engine) -> None:
    sam, boss = who(engine, SAM), who(engine, BOSS)
    engine.cases.start("small", by=sam)
    engine.deployments.deploy(
        {"small.bpmn": SMALL.replace(b'id="a"', b'id="a" name="A"')}, "town", by=boss, strict=False
    )
    with engine.reading(boss) as session:
        version = queries.latest_definition(session, "small").id
        first = queries.versions(session, "small")[-1].id
    _plans(engine, first, version)
    engine.deployments.retire("small", "It is over.", boss)
    engine.deployments.take_up("small", boss)
    move = engine.migrations.begin(version, "A better name.", boss)
    engine.migrations.finish(move)
    engine.migrations.undo(move, "Not yet.", boss)
    engine.migrations.finish(move)
    again = engine.migrations.begin(version, "Now.", boss)
    engine.migrations.finish(again)
    with engine.reading(boss) as session:
        row = session.scalars(select(MigratedCase.id).where(MigratedCase.migration_id == again)).first()
    engine.migrations.undo_case(row or 0, "A mistake.", boss)


def _plans(engine: Engine, first: int, version: int) -> None:
    sam, boss = who(engine, SAM), who(engine, BOSS)
    back = engine.plans.back(first, version, boss, "A trial.")
    assert isinstance(back, int)
    engine.plans.approve(back, sam)
    again = {"small.bpmn": SMALL.replace(b'id="a"', b'id="a" name="Again"')}
    soon = engine.clock.now().date() + timedelta(days=1)
    made = [engine.plans.hand_in(HandedIn(again, "Soon", takes_effect=soon, strict=False), boss) for _ in range(3)]
    unwanted, unneeded, broken = (each for each in made if isinstance(each, int))
    engine.plans.refuse(unwanted, "No.", sam)
    engine.plans.approve(unneeded, sam)
    engine.plans.renew(unneeded, boss)
    engine.plans.call_off(unneeded, "Twice.", boss)
    engine.plans.approve(broken, sam)
    engine.plans.due(str(broken))
    settings = {"settings.yaml": write_settings({"answer": Setting("answer", "P7D")})}
    engine.plans.confirm(engine.plans.propose(HandedIn(settings), boss), "From elsewhere.", boss)


def _hands(engine: Engine) -> None:
    sam, lee, boss = who(engine, SAM), who(engine, LEE), who(engine, BOSS)
    ident = task(engine, "a", 1)
    engine.tasks.remind(ident, boss)
    engine.tasks.prioritise(ident, "high", "The inspectors come.", boss)
    engine.tasks.rest(ident, date(2026, 9, 14), sam)
    engine.tasks.claim(ident, sam)
    engine.tasks.unclaim(ident, sam)
    engine.tasks.hand_over(ident, LEE, "Leave.", sam)
    engine.tasks.move([ident], None, "Ill.", boss)
    engine.tasks.complete(ident, {"done": True}, by=lee)
    engine.tasks.replace(ident, {"done": False}, "Mistyped.", lee)
    engine.tasks.correct(ident, "It was Tuesday.", "Mistyped.", lee)
    engine.comments.add(Said(1, "Look, @Sam@Example.Org", ident), lee)


def _others(engine: Engine) -> None:
    sam = who(engine, SAM)
    said = OnBehalf("Holly", date(2026, 9, 7), "telephone")
    engine.tasks.complete_for(task(engine, "asked", 1), {}, said, sam)
    clock_of(engine).advance(timedelta(days=8))
    engine.tasks.go_on_without(task(engine, "other", 1), "No answer came.", sam)
    engine.jobs.tell_late()
    engine.jobs.send_digests()


def _messages(engine: Engine) -> None:
    sam, boss = who(engine, SAM), who(engine, BOSS)
    waiting = engine.cases.start("receiver", "one", by=sam)
    engine.messages.correlate("reply", {"key": "one"}, authority="town", by=sam)
    engine.messages.report(EventReport("request", {}, "100001"), sam)
    engine.messages.signal("alarm", authority="town", by=sam)
    for _ in range(3):
        engine.cases.start("thrower", variables={"target": "nobody"}, by=sam)
    engine.jobs.run_due()
    with engine.reading(boss) as session:
        lost = [each.id for each in queries.undelivered(session)]
    engine.messages.resend(lost[0], by=boss, reason="Again.")
    engine.messages.rest(lost[1], by=boss, reason="Enough.")
    engine.messages.deliver(lost[2], engine.cases.start("receiver", "two", by=sam), by=boss, reason="That one.")
    assert waiting


def _troubles(engine: Engine) -> None:
    engine.cases.start("broken", variables={"broken": True}, by=who(engine, SAM))
    clock_of(engine).advance(2 * DAY)
    while engine.jobs.fire_next_due():
        pass
    with engine.reading() as session:
        incident = session.scalars(
            select(Incident.id).where(Incident.kind == "job", Incident.resolved.is_(None))
        ).first()
    assert incident is not None
    engine.jobs.retry_many([incident], "The diagram is mended.", who(engine, BOSS))
    engine.jobs.retry(incident, by=who(engine, BOSS))
    with pytest.raises(StartKept):
        engine.cases.start("unstarted", by=who(engine, SAM))
    with engine.reading() as session:
        unstarted = session.scalars(select(Incident.id).where(Incident.kind == "start")).one()
    engine.jobs.dismiss(unstarted, by=who(engine, BOSS))
    with engine.transactions.writing(Scope.all_authorities()) as session:
        moved = MovedDate(
            authority="town",
            instance_id=1,
            definition_id=1,
            element="a",
            before=engine.clock.now(),
            after=engine.clock.now() + DAY,
            noticed=engine.clock.now(),
        )
        session.add(moved)
    engine.calendars.confirm(moved.id, who(engine, BOSS))


def _own(engine: Engine) -> None:
    sam = who(engine, SAM)
    engine.notices.choose("daily", sam)
    engine.notices.read_all("", sam)
    with suppress(PathwaysError):
        engine.notices.read(1, sam)
    engine.drafts.save("/a", [("a", "b")], sam)
    engine.drafts.discard("/a", sam)
    engine.drafts.forget_old()
    engine.lists.save("Late ones", {"when": "late"}, "", sam)
    with engine.reading(sam) as session:
        engine.lists.remove(queries.lists(session, sam)[0].id, sam)
    engine.audit.note([Draft("town", "audit.viewed")], sam)


def _files_and_links(engine: Engine) -> None:
    sam = who(engine, SAM)
    file = engine.attachments.add(1, "a.txt", io.BytesIO(b"Evidence."), sam)
    engine.attachments.remove(file, "Wrong case.", sam)
    engine.packs.keep(MadePack("the governors", "They asked.", 3, 0, "0" * 64, 1), sam)
    draft = Drafted("Quarterly report", date(2026, 7, 1), date(2026, 9, 30), "None.")
    report = engine.reports.make(AskedReport("town/quarterly", ("seo",)), draft, sam)
    engine.reports.write(report, "One.", 1, sam)
    engine.reports.draw_anew(report, draft, 2, sam)
    engine.reports.approve(report, 3, sam)
    ident = task(engine, "b", 1)
    link = engine.links.make(Asked(ident, "head", "guest@example.org", "New head."), sam)
    engine.links.send(link, "https://pathways.example.org/link/x", sam)
    engine.links.send_code(link)
    engine.links.confirm(link, "000000")
    engine.links.end(link, sam)
    engine.jobs.send_outbox()


def _records(engine: Engine) -> None:
    gov = who(engine, GOV)
    engine.retention.lift(engine.retention.hold(Held("A claim.", school="100001"), gov), "Settled.", gov)
    clock_of(engine).advance(9 * 366 * DAY)
    engine.retention.follow()
    engine.retention.approve([1], gov)
    engine.retention.carry_out()
    engine.retention.keep_back(2, "An appeal may come.", date(2040, 1, 1), gov)


def _methods() -> Iterator[str]:
    engine = Engine("sqlite://")
    for name, service in services(engine).items():
        yield from (f"{name}.{method}" for method in sorted(writers(type(service))))


@pytest.mark.parametrize("method", sorted(_methods()))
def test_a_method_that_writes_leaves_an_entry(left: dict[str, set[str]], method: str) -> None:
    if method in NEEDLESS:
        return
    assert method in left, f"{method} writes: call it in this story, or say in NEEDLESS why no entry need tell of it"
    assert left[method], (
        f"{method} left no entry in the audit trail: give what it writes a rule (engine/audit/tables.py)"
    )


def test_what_is_said_to_be_needless_is_there() -> None:
    assert set(NEEDLESS) <= set(_methods()) | {"Tasks.foresee"}


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_each_table_says_what_a_change_of_it_means(table: str) -> None:
    assert table in RULES, (
        f"say in engine/audit/tables.py what a change of {table} means: a Rule, or Silent with a reason"
    )


def test_what_is_silent_says_why() -> None:
    assert all(each.why for each in RULES.values() if isinstance(each, Silent))


def test_a_rule_names_a_table_that_is_there() -> None:
    assert set(RULES) <= set(Base.metadata.tables)


#: Ways past the one transaction of commands, or past the hook that notes what is written.
PAST = {"bulk_insert_mappings", "bulk_update_mappings", "bulk_save_objects", "exec_driver_sql"}
ALLOWED = ("engine/transactions.py", "engine/migrations/", "webapp/sample/parts.py", "webapp/sample/first_start.py")


def test_nothing_writes_past_the_audit_trail() -> None:
    found = []
    for path in (*sorted((ROOT / "engine").rglob("*.py")), *sorted((ROOT / "webapp").rglob("*.py"))):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(ALLOWED):
            continue
        called = _calls(ast.parse(path.read_text(encoding="utf-8")))
        found += [f"{name}: {each}" for each in sorted(called & PAST)]
        found += [f"{name}: database.writing"] if "database.writing(" in path.read_text(encoding="utf-8") else []
    assert not found, "Write through Transactions.writing, by the ORM, so that the audit trail hears of it"
