"""What is kept of a person: found by all their names, exported with what is of others left out, and told in the audit trail."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from engine import Scope
from engine.store.tables import AuditEntry
from tests.webapp.conftest import EVIDENCE, Browser, engine_of, link_to

RECORDS = "information-governance@barnsley.example.org"
SEO = "seo@barnsley.example.org"
FIND = "/records/person?who="


@pytest.fixture
def records(app: Flask, browser: Browser, case: int) -> Browser:
    """A case with an answer that names somebody, and a link; whoever looks after records is signed in."""
    browser.post("/tasks/1", **{**EVIDENCE, "evidence_summary": "Mrs Imagined teaches phonics badly."})
    browser.post("/cases/1/comments", text="Ask Mrs Imagined.")
    return browser.sign_in("information-governance")


def exported(records: Browser, **given: object) -> dict[str, str]:
    answer = records.client.post("/records/person/export", data=given)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        return {name: pack.read(name).decode() for name in pack.namelist()}


@pytest.mark.parametrize("person", ["service-director", "administrator", "seo", "headteacher"])
def test_it_is_for_nobody_else(records: Browser, person: str) -> None:
    assert records.sign_in(person).get(FIND + "Imagined")[0] == 403


@pytest.mark.parametrize(
    "kind",
    [
        "Account: 1",
        "Cases, only by their work: 1",
        "Story of cases",
        "Tasks and answers",
        "Comments: 1",
        "Audit trail",
    ],
)
def test_of_somebody_with_an_account_all_is_found(records: Browser, kind: str) -> None:
    assert kind in records.get(FIND + SEO)[1]


def test_they_are_found_by_their_name_too(records: Browser) -> None:
    assert f"Found by: {SEO}, Sasha Example" in records.get(FIND + SEO)[1]


def test_somebody_of_the_register_is_found_with_their_roles(records: Browser) -> None:
    page = records.get("/records/person?known=headteacher@barnsley.example.org")[1]
    assert "Register of people: 1" in page
    assert "Roles by the register" in page


@pytest.mark.parametrize("kind", ["Tasks and answers: 1", "Comments: 1"])
def test_a_name_is_found_in_what_others_wrote(records: Browser, kind: str) -> None:
    assert kind in records.get(FIND + "mrs+imagined")[1]


def test_a_guest_is_found_by_their_address(app: Flask, records: Browser) -> None:
    link_to(app, 2, "headteacher")
    assert "Links to tasks: 1" in records.get(FIND + "guest@example.org")[1]


def test_nobody_is_told(records: Browser) -> None:
    assert "Nothing is kept of Nemo Nobody" in records.get(FIND + "Nemo+Nobody")[1]


@pytest.mark.parametrize(("asked", "said"), [("", "Select a person"), ("x", "Enter at least 3 letters")])
def test_what_is_missing_is_told(records: Browser, asked: str, said: str) -> None:
    status, page = records.get(FIND + asked)
    assert status == 400
    assert said in page


def test_nothing_is_found_of_another_authority(records: Browser) -> None:
    page = records.sign_in("seo", "elsewhere").get(FIND + "Imagined")[1]
    assert "Nothing is kept of Imagined" in page


def test_nor_of_a_case_from_which_whoever_looks_is_barred(records: Browser) -> None:
    whom = "information-governance@barnsley.example.org"
    records.sign_in("service-director").post("/cases/1/conflicts", whom=whom, reason="They are related.")
    page = records.sign_in("information-governance").get(FIND + "Imagined")[1]
    assert "Nothing is kept of Imagined" in page


def test_no_password_is_exported(records: Browser) -> None:
    files = exported(records, who=SEO, kind=["Account"])
    assert "argon2" not in "".join(files.values())


def test_the_export_says_it_as_json_and_as_a_page(records: Browser) -> None:
    files = exported(records, who="Imagined", kind=["Tasks and answers", "Comments"])
    assert sorted(files) == ["SHA256SUMS", "person.html", "person.json"]
    assert "Mrs Imagined teaches phonics badly." in files["person.html"]
    assert len(json.loads(files["person.json"])["kept"]["Comments"]) == 1


def test_what_is_left_out_is_not_in_it_and_it_says_so(records: Browser) -> None:
    files = exported(records, who="Imagined", kind=["Comments"])
    assert "teaches phonics" not in "".join(files.values())
    assert "Kinds of record that were left out" in files["person.html"]


def test_names_of_others_are_blacked_out(records: Browser) -> None:
    files = exported(records, who="Imagined", kind=["Comments"], black="seo@barnsley\n")
    assert "seo@barnsley" not in files["person.json"] + files["person.html"]
    assert "[redacted]" in files["person.json"]


def views(app: Flask) -> list[tuple[int | None, str]]:
    """The case of each view of something confidential, and who saw it."""
    with engine_of(app).reading() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.kind == "view.confidential"))
        return [(row.instance_id, row.who) for row in rows if row.who == RECORDS]


def test_what_a_form_keeps_to_roles_is_in_the_trail_of_its_case_when_it_is_found(app: Flask, records: Browser) -> None:
    records.get(FIND + "Imagined")
    assert views(app) == [(1, RECORDS)]


def test_and_when_it_is_exported(app: Flask, records: Browser) -> None:
    exported(records, who="Imagined", kind=["Cases"])
    assert views(app) == [(1, RECORDS)]


def test_what_is_left_out_of_the_export_is_no_view(app: Flask, records: Browser) -> None:
    exported(records, who="Imagined", kind=["Comments"])
    assert views(app) == []


def test_the_audit_trail_tells_of_the_search_and_of_the_export(records: Browser) -> None:
    records.get(FIND + "Imagined")
    exported(records, who="Imagined", kind=["Comments"])
    page = records.get("/audit?about=Imagined")[1]
    assert "What is kept of a person looked for" in page
    assert "What is kept of a person exported" in page


HEAD = "headteacher@barnsley.example.org"
AS_HEAD = "Cases, only as the head of its school"


def ticked(records: Browser) -> dict[str, bool]:
    """The kinds that the page offers for the export, and whether each is ticked."""
    page = html.fromstring(records.get(f"/records/person?known={HEAD}")[1])
    return {box.get("value"): box.get("checked") is not None for box in page.xpath("//input[@name='kind']")}


def test_a_case_that_names_somebody_only_as_its_school_s_head_is_not_ticked(records: Browser) -> None:
    found = ticked(records)
    assert ("Cases" in found, found[AS_HEAD], found["Register of people"]) == (False, False, True)


def test_it_is_exported_where_it_is_ticked(records: Browser) -> None:
    kept = json.loads(exported(records, known=HEAD, kind=[AS_HEAD])["person.json"])["kept"]
    assert [row["id"] for row in kept[AS_HEAD]] == [1]


def test_a_case_whose_answers_name_a_head_is_theirs(app: Flask, records: Browser) -> None:
    given = {**EVIDENCE, "evidence_summary": "Holly Makebelieve is new."}
    engine = engine_of(app)
    case = engine.cases.start(
        "barnsley-escalation", authority="barnsley", school="100022", by=Scope("barnsley", frozenset({"seo"}), SEO)
    )
    [task] = engine.tasks.open(case)
    engine.tasks.complete(task.id, given)
    assert ticked(records)["Cases"]


AS_WORK = "Cases, only by their work"


def offered(records: Browser, whom: str) -> dict[str, bool]:
    page = html.fromstring(records.get(f"/records/person?known={whom}")[1])
    return {box.get("value"): box.get("checked") is not None for box in page.xpath("//input[@name='kind']")}


def test_what_an_officer_only_began_or_did_as_their_work_is_not_ticked(records: Browser) -> None:
    found = offered(records, SEO)
    work = {kind: ticked for kind, ticked in found.items() if kind.endswith("by their work")}
    assert (work, "Cases" in found, "Tasks and answers" in found, found["Account"]) == (
        dict.fromkeys([AS_WORK, "Tasks and answers, only by their work", STORY], False),
        False,
        False,
        True,
    )


STORY = "Story of cases, only by their work"


def test_that_it_is_exported_is_a_view_of_what_a_form_keeps(app: Flask, records: Browser) -> None:
    exported(records, who=SEO, kind=[AS_WORK])
    assert views(app) == [(1, RECORDS)]


def test_words_to_be_blacked_out_may_have_commas_between_them(records: Browser) -> None:
    files = exported(records, who="Imagined", kind=["Comments"], black="Nobody Else, Imagined")
    assert "Imagined" not in json.dumps(json.loads(files["person.json"])["kept"])
    said = " ".join(files["person.html"].split())
    assert "Words that were to be blacked out: 2; 1 of them stood here, 1 times in all." in said


def refused(records: Browser, **given: object) -> tuple[int, str]:
    answer = records.client.post("/records/person/export", data=given)
    return answer.status_code, answer.get_data(as_text=True)


def test_that_nothing_would_be_blacked_out_is_said_instead(records: Browser) -> None:
    status, page = refused(records, who="Imagined", kind=["Comments"], black="Nobody Else")
    assert (status, "Nothing would be blacked out" in page, "Nobody Else: found nowhere" in page) == (400, True, True)


def test_how_often_each_word_stands_there_is_said_when_it_is_asked(records: Browser) -> None:
    status, page = refused(records, who="Imagined", kind=["Comments"], black="Imagined\nNobody Else", count="1")
    assert (status, "Imagined: 1 time<" in page, "Nobody Else: found nowhere" in page) == (200, True, True)
