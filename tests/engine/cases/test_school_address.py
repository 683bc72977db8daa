"""What is sent to a school itself, by mail to its own address in the register of schools."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import Config, Engine, Scope, queries
from engine.diagram import read
from engine.errors import RegisterUnreadable
from engine.people.authorities import Authority
from engine.settings import MailServer
from engine.store.tables import Outbox
from tests.conftest import ROOT
from tests.engine.running import deploy, role, running, task
from tests.engine.spiff.cases import bpmn

SCHOOLS = (
    "urn,name,phase,type,email\n100001,Elm,primary,community,Office@elm.example.org\n100002,Oak,primary,community,\n"
)


TO_SCHOOL = '<camunda:property name="toSchool" value="true"/>'


def _process(more: str = TO_SCHOOL, subject: str = "A warning notice", flows: str = "s>n n>a a>e") -> bytes:
    return bpmn(
        '<startEvent id="s"/><sendTask id="n" camunda:type="external" camunda:topic="notify"><extensionElements>'
        f"<camunda:properties>{more}</camunda:properties><camunda:inputOutput>"
        '<camunda:inputParameter name="to">chair</camunda:inputParameter>'
        f'<camunda:inputParameter name="subject">{subject}</camunda:inputParameter>'
        '<camunda:inputParameter name="text">SECRET</camunda:inputParameter>'
        '</camunda:inputOutput></extensionElements></sendTask><endEvent id="e"/>'
        '<userTask id="a" camunda:formKey="town/f" camunda:candidateGroups="chair"/>',
        flows,
    )


@pytest.fixture
def engine(database_url: str) -> Engine:
    chair = replace(role("chair"), kind="contact", mailbox="")
    home = Authority("town", "Town Council", "", "town", {"chair": chair}, (), {})
    engine = running(database_url, config=Config(authorities={"town": home}, mail=MailServer("mail.example.org")))
    engine.schools.import_file(SCHOOLS.encode(), "town")
    return engine


def start(engine: Engine, school: str, process: bytes | None = None) -> list[tuple[str, str]]:
    """To whom mails are written, and what they say, when a case of a school begins."""
    deploy(engine, process or _process(), authority="town")
    engine.cases.start("p", school=school, by=Scope("town", frozenset(), "sample"))
    with engine.reading() as session:
        return [(row.payload["to"], row.payload["text"]) for row in session.scalars(select(Outbox))]


def troubles(engine: Engine) -> list[str]:
    with engine.reading() as session:
        return [
            each.message for each in queries.incidents(session, caseless=True) if "of the school itself" in each.message
        ]


def test_the_school_is_told_at_its_own_address(engine: Engine) -> None:
    [(to, text)] = start(engine, "100001")
    assert to == "office@elm.example.org"
    assert text.startswith("Elm,\n\nTown Council tells you: A warning notice")
    assert "SECRET" not in text


def test_a_school_without_an_address_is_a_trouble(engine: Engine) -> None:
    assert start(engine, "100002") == []
    [message] = troubles(engine)
    assert message.startswith("Mail reaches nobody at Oak: the register of schools has no e-mail address")


def test_the_trouble_is_settled_when_it_has_one(engine: Engine) -> None:
    start(engine, "100002")
    engine.schools.import_file(SCHOOLS.replace("community,\n", "community,oak@example.org\n").encode(), "town")
    engine.cases.cancel(1, "Begun again.", by=Scope("town", frozenset(), "sample"))
    assert [to for to, _ in start(engine, "100002")] == ["oak@example.org"]
    assert troubles(engine) == []


def test_what_is_not_for_the_school_itself_does_not_go_there(engine: Engine) -> None:
    assert start(engine, "100001", _process("")) == []


def test_an_address_that_is_none_is_told_with_its_line(engine: Engine) -> None:
    with pytest.raises(RegisterUnreadable, match='line 2: the email "no address" is no e-mail address'):
        engine.schools.import_file(SCHOOLS.replace("Office@elm.example.org", "no address").encode(), "town")


def test_an_answer_that_a_form_keeps_to_roles_does_not_go_to_the_school(engine: Engine) -> None:
    form = {"type": "textfield", "key": "secret", "label": "Secret", "properties": {"confidential": "chair"}}
    process = _process(subject="= secret", flows="s>a a>n n>e")
    files = {"p.bpmn": process, "forms/town/f.form": json.dumps({"components": [form]}).encode()}
    engine.deployments.deploy(files, "town", by="owner", strict=False)
    case = engine.cases.start("p", school="100001", by=Scope("town", frozenset(), "sample"))
    engine.tasks.complete(task(engine, "a", case), {"secret": "WHISPER"})
    with engine.reading() as session:
        [mail] = session.scalars(select(Outbox)).all()
    assert (mail.payload["to"], "WHISPER" in str(mail.payload)) == ("office@elm.example.org", False)


@pytest.mark.parametrize(("pace", "told"), [("fast", 1), ("slow", 0)])
def test_a_diagram_says_when_the_school_is_told(engine: Engine, pace: str, told: int) -> None:
    deploy(engine, _process('<camunda:property name="toSchool" value="= pace = &quot;fast&quot;"/>'), authority="town")
    engine.cases.start("p", variables={"pace": pace}, school="100001", by=Scope("town", frozenset(), "sample"))
    with engine.reading() as session:
        assert len(session.scalars(select(Outbox)).all()) == told


def _untold(file: Path) -> set[str]:
    """The notifications of a diagram that tell a chair of governors and not the school itself."""
    told = (each for each in read(file.read_bytes(), file.name).elements.values() if each.topic == "notify")
    chairs = (each for each in told if any("chair-of-governors" in given.text for given in each.inputs))
    return {each.id for each in chairs if not each.properties.get("toSchool")}


@pytest.mark.parametrize(
    "file", sorted((*ROOT.glob("processes/*/*notice*.bpmn"), *ROOT.glob("processes/*/*powers.bpmn")))
)
def test_every_letter_about_a_notice_or_powers_goes_to_the_school_too(file: Path) -> None:
    assert _untold(file) == set()
