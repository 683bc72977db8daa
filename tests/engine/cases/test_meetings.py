"""Meetings: an invitation comes with a file for a calendar, which moves its entry when the meeting moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Config, Engine, Scope, queries
from engine.errors import StartKept
from engine.jobs.outbox import Mail
from engine.jobs.senders import sender
from engine.people.authorities import Authority
from engine.people.directory import Member
from engine.store.tables import Outbox
from tests.engine.running import clock_of, deploy, role, running
from tests.engine.spiff.cases import bpmn, prop

SAM = Scope("town", frozenset({"seo"}), "sam@example.org")


def invitation(name: str, meeting: str) -> str:
    return (
        f'<sendTask id="{name}" camunda:type="external" camunda:topic="notify"><extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="to">seo</camunda:inputParameter>'
        '<camunda:inputParameter name="subject">The meeting</camunda:inputParameter>'
        '<camunda:inputParameter name="text">SECRET</camunda:inputParameter>'
        f'<camunda:inputParameter name="meeting">{meeting}</camunda:inputParameter>'
        "</camunda:inputOutput></extensionElements></sendTask>"
    )


ASKED = '<userTask id="{0}" camunda:candidateGroups="seo"/>'
MEETING = '= {name: "Review", date: on, time: at, place: "Town Hall, room 2"}'
#: A meeting is called; somebody may give another date, and call the next.
PROCESS = bpmn(
    f'{prop(cases="many")}<startEvent id="s"/>{invitation("call", MEETING)}{ASKED.format("move")}'
    f"{invitation('moved', MEETING)}{ASKED.format('rest')}<endEvent id='e'/>",
    "s>call call>move move>moved moved>rest rest>e",
)


def accounts(session: Session, authority: str, day: date, *_: object) -> Iterable[Member]:
    return [Member(SAM.username, "Sam", SAM.username, frozenset({"seo"}))]


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Engine:
    roles = {"seo": replace(role("seo"), mailbox="")}
    home = Authority("town", "Town Council", "", "town", roles, (), {})
    config = Config(authorities={"town": home}, mail_folder=tmp_path, base_address="https://pathways.example.org")
    engine = running(database_url, config=config, directory=accounts)
    engine.schools.import_file(b"urn,name,phase,type\n100001,Elm,primary,community\n", "town")
    deploy(engine, PROCESS, authority="town")
    engine.notices.choose("once", SAM)
    return engine


def begin(engine: Engine, on: str = "2026-10-01", at: str = "4.15pm") -> int:
    return engine.cases.start("p", authority="town", school="100001", variables={"on": on, "at": at})


def complete(engine: Engine, **values: Any) -> None:
    (task,) = engine.tasks.open()
    engine.tasks.complete(task.id, values, by="sam@example.org")


def mails(engine: Engine) -> list[EmailMessage]:
    """What was mailed, as it was sent."""
    config = engine.config
    send = sender(config)
    assert send is not None
    with engine.reading() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
        for row in rows:
            send(Mail(row.id, row.key, row.authority, row.instance_id, 1, row.payload, row.created))
    assert config.mail_folder is not None
    files = sorted(config.mail_folder.glob("*.eml"))
    read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [each for each in read if isinstance(each, EmailMessage) and each.is_multipart()]


def entry(mail: EmailMessage) -> Any:
    (part,) = mail.iter_attachments()
    (found,) = Calendar.from_ical(part.get_content()).walk("VEVENT")
    return found


def test_an_invitation_has_the_file_of_a_calendar(engine: Engine) -> None:
    begin(engine)
    (part,) = mails(engine)[0].iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("text/calendar", "meeting.ics")


def test_a_mail_program_knows_it_as_an_invitation(engine: Engine) -> None:
    begin(engine)
    (part,) = mails(engine)[0].iter_attachments()
    assert part["content-type"].params["method"] == "REQUEST"
    assert "METHOD:REQUEST" in part.get_content()


def test_its_hour_is_in_utc_and_names_no_zone(engine: Engine) -> None:
    begin(engine)
    (part,) = mails(engine)[0].iter_attachments()
    assert "DTSTART:20261001T151500Z" in part.get_content()
    assert "TZID" not in part.get_content()


def test_it_says_which_meeting_for_which_school_and_where(engine: Engine) -> None:
    begin(engine)
    found = entry(mails(engine)[0])
    assert (found["summary"], found["location"]) == ("Review, Elm", "Town Hall, room 2")


def test_a_mail_says_when_and_where_too(engine: Engine) -> None:
    begin(engine)
    body = mails(engine)[0].get_body()
    assert body is not None
    assert "On Thursday 1 October 2026, 4.15pm\n  At: Town Hall, room 2" in body.get_content().replace("\r\n", "\n")


def test_what_a_notice_says_is_not_mailed(engine: Engine) -> None:
    begin(engine)
    assert all(b"SECRET" not in each.as_bytes() for each in mails(engine))


def test_it_names_the_person_alone(engine: Engine) -> None:
    begin(engine)
    assert str(entry(mails(engine)[0])["attendee"]) == "mailto:sam@example.org"


def test_without_an_hour_it_takes_the_day(engine: Engine) -> None:
    begin(engine, at="after school")
    assert entry(mails(engine)[0])["dtstart"].dt == date(2026, 10, 1)


def test_a_meeting_that_moves_stays_the_same_entry(engine: Engine) -> None:
    begin(engine)
    complete(engine, on="2026-10-08", at="2pm")
    first, second = (entry(each) for each in mails(engine))
    assert first["uid"] == second["uid"]
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert second["dtstart"].dt == datetime(2026, 10, 8, 13, tzinfo=UTC)


def test_the_next_meeting_is_another_entry(engine: Engine) -> None:
    begin(engine)
    clock_of(engine).set(datetime(2026, 10, 2, 8, tzinfo=UTC))
    complete(engine, on="2026-11-05", at="2pm")
    first, second = (entry(each) for each in mails(engine))
    assert first["uid"] != second["uid"]
    assert second["sequence"] == 0


def test_meetings_of_two_cases_are_two(engine: Engine) -> None:
    begin(engine)
    begin(engine)
    first, second = (entry(each) for each in mails(engine))
    assert first["uid"] != second["uid"]


def test_a_case_that_ends_before_its_meeting_calls_it_off(engine: Engine) -> None:
    begin(engine)
    complete(engine, on="2026-10-08", at="2pm")
    complete(engine)
    last = mails(engine)[-1]
    (part,) = last.iter_attachments()
    assert part["content-type"].params["method"] == "CANCEL"
    assert (entry(last)["status"], entry(last)["sequence"]) == ("CANCELLED", 2)


def test_a_case_that_is_cancelled_calls_its_meeting_off(engine: Engine) -> None:
    engine.cases.cancel(begin(engine), "Begun by mistake.", by="mo")
    with engine.reading(SAM) as session:
        assert queries.notifications(session, SAM)[0].subject == "Does not take place: Review, Elm"


def test_a_case_that_ends_after_its_meeting_calls_none_off(engine: Engine) -> None:
    begin(engine)
    clock_of(engine).set(datetime(2026, 10, 1, 8, tzinfo=UTC))
    complete(engine, on="2026-10-01", at="2pm")
    complete(engine)
    with engine.reading(SAM) as session:
        assert [each.subject for each in queries.notifications(session, SAM)] == ["The meeting", "The meeting"]


def test_a_date_that_is_none_stops_the_step_with_words(engine: Engine) -> None:
    with pytest.raises(StartKept, match=r"a context with name \(a text\) and date"):
        begin(engine, on="soon")


def digest(engine: Engine, day: int) -> list[EmailMessage]:
    """Sam's mail of the morning of a day in September, whose mails come once a day."""
    engine.notices.choose("daily", SAM)
    clock_of(engine).set(datetime(2026, 9, day, 7, 5, tzinfo=UTC))
    engine.jobs.send_digests()
    return mails(engine)


def test_whoever_is_told_once_a_day_gets_the_file_too(engine: Engine) -> None:
    engine.notices.choose("daily", SAM)
    begin(engine)
    assert entry(digest(engine, 8)[0])["summary"] == "Review, Elm"


def test_of_a_meeting_that_moved_since_only_what_is_so_now_is_mailed(engine: Engine) -> None:
    engine.notices.choose("daily", SAM)
    begin(engine)
    complete(engine, on="2026-10-08", at="2pm")
    assert entry(digest(engine, 8)[0])["dtstart"].dt == datetime(2026, 10, 8, 13, 0, tzinfo=UTC)


def test_of_two_meetings_a_day_s_mail_has_two_files(engine: Engine) -> None:
    engine.notices.choose("daily", SAM)
    begin(engine)
    begin(engine, on="2026-10-02")
    assert len(list(digest(engine, 8)[0].iter_attachments())) == 2


def test_a_meeting_that_is_over_is_not_mailed_any_more(engine: Engine) -> None:
    engine.notices.choose("daily", SAM)
    begin(engine, on="2026-09-07")
    assert digest(engine, 8) == []
