"""Being told by mail: of a new task, of one that falls due, of a late one; at once or in a digest; and mail that reaches nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Config, Engine, Scope, queries
from engine.errors import GivenRefused
from engine.jobs.outbox import Mail
from engine.people.authorities import Authority
from engine.people.directory import Member
from engine.settings import MailServer
from engine.store.tables import Outbox
from tests.engine.running import DAY, clock_of, deploy, role, running, task
from tests.engine.spiff.cases import bpmn, prop

ADDRESS = "https://pathways.example.org"
SCHOOLS = "urn,name,phase,type\n100001,Elm,primary,community\n100002,Oak,primary,community\n"
PEOPLE = (
    "email,username,name,role,school,diocese,trust,except,from,until\n"
    "holly@example.org,,Holly Head,head,100001,,,,2026-01-01,\n"
    ",nia,Nia Head,head,100002,,,,2026-01-01,\n"
)
TASKS = bpmn(
    f'{prop(cases="many")}<startEvent id="s"/><parallelGateway id="g"/>'
    '<userTask id="write" name="Write it" camunda:candidateGroups="seo" camunda:dueDate="5 working days"/>'
    '<userTask id="report" name="Report" camunda:candidateGroups="head" camunda:dueDate="5 working days"/>'
    '<sendTask id="n" camunda:type="external" camunda:topic="notify"><extensionElements>'
    '<camunda:inputOutput><camunda:inputParameter name="to">head</camunda:inputParameter>'
    '<camunda:inputParameter name="subject">A notice</camunda:inputParameter>'
    '<camunda:inputParameter name="text">SECRET</camunda:inputParameter>'
    '</camunda:inputOutput></extensionElements></sendTask><endEvent id="e"/>',
    "s>g g>write g>report g>n write>e report>e n>e",
)
#: Asked on Monday 7 September 2026 at eight, so due on Monday the 14th; timers fire at eight, local time.
SOON, LATE = datetime(2026, 9, 10, 7, 0, tzinfo=UTC), datetime(2026, 9, 15, 7, 0, tzinfo=UTC)
MANAGERS = datetime(2026, 9, 22, 7, 0, tzinfo=UTC)
SAM, SUE, MO = "sam@example.org", "sue@example.org", "mo@example.org"


def home() -> Authority:
    roles = {each: replace(role(each), mailbox="") for each in ("seo",)}
    roles["director"] = replace(role("director", "manage"), mailbox="")
    roles["head"] = replace(role("head"), kind="contact", mailbox="")
    return Authority("town", "Town Council", "", "town", roles, (), {})


def accounts(session: Session, authority: str, day: date, *_: object) -> Iterable[Member]:
    who = {SAM: {"seo"}, SUE: {"seo"}, MO: {"director"}, "holly@example.org": {"head"}, "nia": {"head"}}
    return [
        Member(name, name.partition("@")[0].title(), name if "@" in name else "", frozenset(roles))
        for name, roles in who.items()
    ]


@pytest.fixture
def engine(database_url: str) -> Engine:
    config = Config(authorities={"town": home()}, mail=MailServer("mail.example.org"), base_address=ADDRESS)
    engine = running(database_url, config=config, directory=accounts)
    engine.schools.import_file(SCHOOLS.encode(), "town")
    engine.people.import_file(PEOPLE.encode(), "town")
    deploy(engine, TASKS, authority="town")
    engine.notices.choose("once", who(SAM))
    return engine


def who(name: str) -> Scope:
    return Scope("town", frozenset({"seo"}), name)


def start(engine: Engine, school: str = "100001") -> int:
    return engine.cases.start("p", school=school, by=Scope("town", frozenset(), "sample"))


def mails(engine: Engine) -> list[tuple[str, str]]:
    """To whom mails were written, and their subjects; each only once."""
    with engine.transactions.writing(Scope.all_authorities()) as session:
        rows = list(session.scalars(select(Outbox).order_by(Outbox.id)))
        found = [(row.payload["to"], row.payload["subject"]) for row in rows]
        for row in rows:
            session.delete(row)
    return sorted(found)


def told(engine: Engine, moment: datetime | None = None) -> list[tuple[str, str]]:
    if moment is not None:
        clock_of(engine).set(moment)
    engine.jobs.tell_late()
    engine.jobs.send_digests()
    return mails(engine)


def troubles(engine: Engine) -> list[str]:
    with engine.reading() as session:
        return [each.message for each in queries.incidents(session, caseless=True)]


class TestAtOnce:
    def test_who_wants_to_be_told_at_once_is_told_of_a_new_task(self, engine: Engine) -> None:
        start(engine)
        found = told(engine)
        assert (SAM, "New task: Write it, Elm") in found
        assert ("holly@example.org", "New task: Report, Elm") in found
        assert told(engine) == []

    def test_a_mail_says_what_for_which_school_by_when_who_asks_and_where(self, engine: Engine) -> None:
        start(engine)
        engine.jobs.tell_late()
        with engine.reading() as session:
            text = next(row.payload["text"] for row in session.scalars(select(Outbox)) if row.payload["to"] == SAM)
        assert text.splitlines()[:9] == [
            "Sam,",
            "",
            "Town Council asks you:",
            "",
            "New task:",
            "- Write it",
            "  Elm, p",
            "  By Monday 14 September 2026",
            "  For: Seo",
        ]
        assert f"{ADDRESS}/tasks/{task(engine, 'write')}" in text

    def test_many_new_tasks_are_one_mail(self, engine: Engine) -> None:
        for _ in range(3):
            start(engine)
        assert [found for found in told(engine) if found[0] == SAM] == [(SAM, "New tasks (3)")]

    def test_a_task_that_somebody_has_is_told_to_them_alone(self, engine: Engine) -> None:
        start(engine)
        engine.tasks.claim(task(engine, "write"), by=who(SUE))
        assert SAM not in dict(told(engine))

    def test_a_task_that_is_done_is_told_to_nobody(self, engine: Engine) -> None:
        start(engine)
        engine.tasks.complete(task(engine, "write"))
        assert SAM not in dict(told(engine))

    def test_two_working_days_before_its_date_it_falls_due_soon(self, engine: Engine) -> None:
        start(engine)
        told(engine)
        assert (SAM, "Due soon: Write it, Elm") not in told(engine, SOON - DAY / 24)
        assert (SAM, "Due soon: Write it, Elm") in told(engine, SOON)
        assert (SAM, "Due soon: Write it, Elm") not in told(engine, SOON + DAY)

    def test_when_it_is_late_they_are_told_and_then_the_managers(self, engine: Engine) -> None:
        engine.notices.choose("once", Scope("town", frozenset(), MO))
        start(engine)
        for moment in (None, SOON):
            told(engine, moment)
        assert (SAM, "Late: Write it, Elm") in told(engine, LATE)
        assert (MO, "Late: Write it, Elm") in told(engine, MANAGERS)
        assert told(engine, datetime(2026, 12, 4, 12, tzinfo=UTC)) == []


class TestDigests:
    def test_officers_are_told_once_a_day_until_they_choose(self, engine: Engine) -> None:
        assert told(engine) == [], "this morning there was nothing"
        start(engine)
        assert SUE not in dict(told(engine))
        assert (SUE, "New: Write it, Elm") in told(engine, datetime(2026, 9, 8, 7, 0, tzinfo=UTC))
        assert SUE not in dict(told(engine, datetime(2026, 9, 8, 12, 0, tzinfo=UTC)))
        assert SUE not in dict(told(engine, datetime(2026, 9, 9, 7, 0, tzinfo=UTC))), "nothing is new"

    def test_a_digest_tells_what_has_become_late(self, engine: Engine) -> None:
        start(engine)
        for day in range(8, 15):
            told(engine, datetime(2026, 9, day, 7, 0, tzinfo=UTC))
        found = dict(told(engine, LATE))
        assert found[SUE].startswith("Late: Write it")

    def test_once_a_week_is_on_its_first_working_day(self, engine: Engine) -> None:
        engine.notices.choose("weekly", who(SUE))
        told(engine)
        start(engine)
        days = [SUE in dict(told(engine, datetime(2026, 9, day, 7, 0, tzinfo=UTC))) for day in range(8, 16)]
        assert days == [False] * 6 + [True, False]

    def test_nobody_is_told_on_a_weekend(self, engine: Engine) -> None:
        clock_of(engine).set(datetime(2026, 9, 12, 9, 0, tzinfo=UTC))
        start(engine)
        assert SUE not in dict(told(engine))

    def test_what_is_not_one_s_own_is_not_told(self, engine: Engine) -> None:
        start(engine)
        told(engine)
        assert MO not in dict(told(engine, datetime(2026, 9, 8, 7, 0, tzinfo=UTC)))

    def test_there_is_no_other_way(self, engine: Engine) -> None:
        with pytest.raises(GivenRefused):
            engine.notices.choose("hourly", who(SUE))
        assert [engine.notices.how(Scope("town", frozenset(), name)) for name in (SAM, SUE, "nia")] == [
            "once",
            "daily",
            "once",
        ]


class TestNotices:
    def test_a_mail_about_a_notice_says_that_it_is_there_and_not_what_it_says(self, engine: Engine) -> None:
        start(engine)
        with engine.reading() as session:
            [row] = [each for each in session.scalars(select(Outbox)) if each.payload["subject"] == "A notice"]
        assert row.payload["to"] == "holly@example.org"
        assert "SECRET" not in row.payload["text"]
        assert f"{ADDRESS}/notices" in row.payload["text"]


class TestNobody:
    def test_that_mail_reaches_nobody_is_a_trouble_that_is_told_once(self, engine: Engine) -> None:
        for _ in range(3):
            start(engine, "100002")
        told(engine)
        [message] = troubles(engine)
        assert message.startswith("Mail reaches nobody as Head of Oak: nobody holds that role today and has an e-mail")

    def test_it_is_settled_when_somebody_is_reached(self, engine: Engine) -> None:
        start(engine, "100002")
        told(engine)
        engine.people.import_file(PEOPLE.replace(",nia,Nia", "nia@example.org,nia,Nia").encode(), "town")
        start(engine, "100002")
        assert ("nia@example.org", "New task: Report, Oak") in told(engine)
        assert troubles(engine) == []

    def test_it_can_be_laid_aside_by_a_manager(self, engine: Engine) -> None:
        start(engine, "100002")
        told(engine)
        with engine.reading() as session:
            [incident] = queries.incidents(session, caseless=True)
        engine.jobs.retry(incident.id, by="mo")
        assert troubles(engine) == []

    def test_it_is_never_said_to_be_sent(self, engine: Engine) -> None:
        sent: list[Mail] = []
        engine.jobs.sender = sent.append
        start(engine, "100002")
        engine.jobs.tell_late()
        engine.jobs.send_outbox()
        assert [mail.payload["to"] for mail in sent] == [SAM]


def test_where_nobody_is_told_by_mail_no_mail_is_written(database_url: str) -> None:
    engine = running(database_url, config=Config(authorities={"town": home()}), directory=accounts)
    engine.schools.import_file(SCHOOLS.encode(), "town")
    deploy(engine, TASKS, authority="town")
    start(engine)
    assert told(engine, SOON) == []
    due = engine.jobs.next_due()
    assert due is not None
    assert due > SOON


def test_a_mail_of_sample_mode_leads_to_where_it_is_served(database_url: str) -> None:
    config = Config.load(Path("config"), {"PATHWAYS_SAMPLE": "1", "PATHWAYS_SERVED_AT": "http://127.0.0.1:8171"})
    config = replace(config, authorities={"town": home()}, mail_folder=Path("never-written"))
    engine = running(database_url, config=config, directory=accounts)
    engine.schools.import_file(SCHOOLS.encode(), "town")
    deploy(engine, TASKS, authority="town")
    start(engine)
    engine.jobs.send_digests()
    with engine.transactions.reading(Scope.all_authorities()) as session:
        texts = [row.payload["text"] for row in session.scalars(select(Outbox))]
    assert texts
    assert all("http://127.0.0.1:8171/" in text for text in texts)
