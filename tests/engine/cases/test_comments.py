"""Comments of officers: who reads them, whom they tell, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from engine import Config, Engine, Said, Scope, queries
from engine.errors import CommentRefused, InstanceNotFound
from engine.people.authorities import Authority
from engine.people.directory import Member
from engine.store.tables import Outbox
from tests.engine.running import deploy, role, running, task
from tests.engine.spiff.cases import bpmn

ANN, BEA, HOL, ZOE, OUT = (f"{each}@example.org" for each in ("ann", "bea", "holly", "zoe", "ozzy"))
NAMES = {ANN: "Ann Lee", BEA: "Bea", HOL: "Holly Head", ZOE: "Bea Zander", OUT: "Ozzy Out"}
ROLES = {ANN: {"seo"}, BEA: {"seo"}, HOL: {"head"}, ZOE: {"seo", "director"}, OUT: {"other"}}
ASKED = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Report" camunda:candidateGroups="seo"/><endEvent id="e"/>', "s>a a>e"
)


def members(*_: Any) -> Iterable[Member]:
    return [Member(each, name, each, frozenset(ROLES[each])) for each, name in NAMES.items()]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """One case of a town whose people are told by mail; what a test adds stays, so each looks at what it added."""
    roles = {"seo": role("seo"), "director": role("director", "manage"), "other": role("other")}
    roles["head"] = replace(role("head"), kind="contact", mailbox="")
    home = Authority("town", "Town", "", "barnsley", roles, (), {})
    folder = tmp_path_factory.mktemp("mail")
    config = Config(authorities={"town": home}, mail_folder=folder)
    engine = running(f"sqlite:///{folder / 'comments.db'}", config=config, directory=members)
    deploy(engine, ASKED, authority="town")
    engine.cases.start("p", authority="town", by=who(engine, ANN))
    engine.notices.choose("once", who(engine, BEA))
    return engine


def who(engine: Engine, name: str) -> Scope:
    return engine.people.scope("town", ROLES[name], name)


def add(engine: Engine, text: str, by: str = ANN, **given: Any) -> int:
    return engine.comments.add(Said(1, text, **given), who(engine, by))


def read(engine: Engine, name: str) -> list[queries.CommentRow]:
    scope = who(engine, name)
    with engine.reading(scope) as session:
        return queries.comments(session, 1)


def test_officers_who_see_the_case_read_it_and_nobody_else(engine: Engine) -> None:
    add(engine, "The head is new.", task=task(engine, "a", 1))
    first = read(engine, BEA)[0]
    assert (first.text, first.task, first.by) == ("The head is new.", "Report", ANN)
    assert read(engine, OUT) == []
    assert read(engine, HOL) == []


def test_whoever_is_mentioned_is_told_and_the_mail_does_not_say_what_was_said(engine: Engine) -> None:
    add(engine, "Was that so, @bea?", task=task(engine, "a", 1))
    assert read(engine, ANN)[0].told == (BEA,)
    with engine.reading(who(engine, BEA)) as session:
        notice = queries.notices(session, who(engine, BEA)).items[0]
    assert (notice.subject, notice.text) == ("Ann Lee mentions you: Report", "Was that so, @bea?")
    with engine.reading() as session:
        mail = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
    assert mail is not None
    assert mail.payload["to"] == BEA
    assert "Ann Lee mentions you: Report" in mail.payload["text"]
    assert "Was that so" not in mail.payload["text"]


def test_the_longest_name_is_meant_and_each_is_told_once(engine: Engine) -> None:
    add(engine, "@Bea Zander, and @BEA ZANDER again; write to x@example.org.", tell=(BEA, ANN))
    assert read(engine, ANN)[0].told == (ZOE, BEA), "an address is no mention, and nobody tells themselves"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" ", "it is empty"),
        ("x" * 4001, "more than 4,000 characters"),
        ("Ask @Ann Leee about it", "nobody here is called “Ann Leee about”. Is it Ann Lee?"),
        ("Ask @nobody", "nobody here is called “nobody”"),
        ("Ask @Ozzy Out", "Ozzy Out does not see this case"),
        ("Ask @Holly Head", "Holly Head does not see this case"),
    ],
)
def test_what_cannot_be_told_is_refused_and_nothing_is_written(engine: Engine, text: str, why: str) -> None:
    before = read(engine, ANN)
    with pytest.raises(CommentRefused, match=why):
        add(engine, text, by=BEA)
    assert read(engine, ANN) == before


def test_whoever_does_not_see_the_case_adds_nothing(engine: Engine) -> None:
    for each in (OUT, HOL):
        with pytest.raises(InstanceNotFound):
            add(engine, "Hello", by=each)
    with pytest.raises(InstanceNotFound):
        add(engine, "Hello", task=99)


def test_whoever_is_barred_is_not_told_and_reads_nothing(engine: Engine) -> None:
    other = engine.cases.start("p", authority="town", by=who(engine, ANN))
    engine.conflicts.bar(other, BEA, "Related to the head.", who(engine, ZOE))
    with pytest.raises(CommentRefused, match="Bea does not see this case"):
        engine.comments.add(Said(other, "Look, @Bea"), who(engine, ANN))
    engine.comments.add(Said(other, "Between us."), who(engine, ANN))
    with engine.reading(who(engine, BEA)) as session:
        assert queries.comments(session, other) == []


def test_a_comment_is_an_event_of_the_case(engine: Engine) -> None:
    add(engine, "Seen on Tuesday.", task=task(engine, "a", 1))
    with engine.reading(who(engine, ANN)) as session:
        events = queries.chronology(session, queries.case_rows(session, [1]))
    said = [each for each in events if each.kind == "commented"][-1]
    assert (said.text, said.name, said.by) == ("Seen on Tuesday.", "Report", ANN)
