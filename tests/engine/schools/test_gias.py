"""The national extract ("Get information about schools") becomes the register. Every school here is invented."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from engine import Config, Engine, queries
from engine.cli.main import main
from engine.errors import AuthorityNumberMissing, RegisterUnreadable
from engine.people.authorities import Authority
from engine.queries import SchoolRow
from engine.schools import gias, register
from engine.schools.gias import Line
from engine.schools.register import Imported
from tests.engine.running import authority, deploy, running
from tests.engine.spiff.cases import bpmn

HEADING = [
    "URN",
    "LA (code)",
    "LA (name)",
    "EstablishmentNumber",
    "EstablishmentName",
    "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)",
    "EstablishmentStatus (name)",
    "CloseDate",
    "PhaseOfEducation (name)",
    "StatutoryLowAge",
    "StatutoryHighAge",
    "ReligiousCharacter (name)",
    "Diocese (name)",
    "Trusts (name)",
    "HeadTitle (name)",
    "HeadFirstName",
    "HeadLastName",
    "ReasonEstablishmentClosed (name)",
]
USUAL = {
    "LA (code)": "999",
    "LA (name)": "Town",
    "EstablishmentName": "Madeup School",
    "EstablishmentStatus (name)": "Open",
    "TypeOfEstablishment (name)": "Community school",
    "PhaseOfEducation (name)": "Primary",
    "ReligiousCharacter (name)": "Does not apply",
    "Diocese (name)": "Not applicable",
    "Trusts (name)": "",
}
#: How a test's words stand in the extract.
COLUMNS = {
    "urn": "URN",
    "name": "EstablishmentName",
    "type": "TypeOfEstablishment (name)",
    "phase": "PhaseOfEducation (name)",
    "status": "EstablishmentStatus (name)",
    "la": "LA (code)",
    "la_name": "LA (name)",
    "diocese": "Diocese (name)",
    "religion": "ReligiousCharacter (name)",
    "trust": "Trusts (name)",
    "low": "StatutoryLowAge",
    "high": "StatutoryHighAge",
    "why_closed": "ReasonEstablishmentClosed (name)",
    "head_title": "HeadTitle (name)",
    "head_first": "HeadFirstName",
    "head_last": "HeadLastName",
}


def extract(*lines: dict[str, str], encoding: str = "cp1252") -> bytes:
    """A file as the Department publishes it: every cell in quotes, the first URN 100001 unless a line says another."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADING, restval="", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for number, line in enumerate(lines, 100_001):
        writer.writerow({**USUAL, "URN": str(number), **{COLUMNS[name]: value for name, value in line.items()}})
    return out.getvalue().encode(encoding)


def only(**line: str) -> dict[str, Any]:
    """The one school of an extract with this line."""
    [found] = gias.read(extract(line), "999").schools
    return found


def town() -> Authority:
    return replace(authority("town"), la_code="999")


class TestReading:
    @pytest.mark.parametrize(
        ("kind", "phase", "ours", "maintained"),
        [
            ("Community school", "Primary", ("community", "primary"), True),
            ("Voluntary aided school", "Middle deemed primary", ("voluntary aided", "primary"), True),
            ("Voluntary controlled school", "Middle deemed secondary", ("voluntary controlled", "secondary"), True),
            ("Foundation school", "All-through", ("foundation", "all-through"), True),
            ("Local authority nursery school", "Nursery", ("community", "nursery"), True),
            ("Community special school", "Not applicable", ("special", "special"), True),
            ("Foundation special school", "Not applicable", ("special", "special"), True),
            ("Non-maintained special school", "Not applicable", ("special", "special"), False),
            ("Pupil referral unit", "Not applicable", ("PRU", "PRU"), True),
            ("Academy converter", "Secondary", ("academy", "secondary"), False),
            ("Academy special sponsor led", "Not applicable", ("academy", "special"), False),
            ("Academy alternative provision converter", "Not applicable", ("academy", "PRU"), False),
            ("Free schools", "All-through", ("free", "all-through"), False),
            ("Free schools special", "Not applicable", ("free", "special"), False),
            ("University technical college", "Secondary", ("free", "secondary"), False),
            ("Other independent special school", "Not applicable", ("independent", "special"), False),
        ],
    )
    def test_its_words_become_ours(self, kind: str, phase: str, ours: tuple[str, str], maintained: bool) -> None:
        found = only(type=kind, phase=phase)
        assert ((found["type"], found["phase"]), found["maintained"]) == (ours, maintained)

    def test_all_its_words_are_the_register_s(self) -> None:
        assert set(gias.TYPES.values()) == set(register.TYPES)
        assert set(gias.MAINTAINED) <= set(gias.TYPES)

    @pytest.mark.parametrize(
        ("low", "high", "phase"), [("3", "13", "primary"), ("11", "18", "secondary"), ("3", "18", "all-through")]
    )
    def test_an_independent_school_s_phase_is_told_by_its_ages(self, low: str, high: str, phase: str) -> None:
        assert only(type="Other independent school", phase="Not applicable", low=low, high=high)["phase"] == phase

    @pytest.mark.parametrize(
        ("diocese", "religion", "body"),
        [
            ("Diocese of Fictionbridge", "Roman Catholic", "Diocese of Fictionbridge (Roman Catholic)"),
            ("Not applicable", "Imaginary Free Church", "Imaginary Free Church"),
            ("Not applicable", "Does not apply", ""),
            ("", "None", ""),
        ],
    )
    def test_the_religious_body(self, diocese: str, religion: str, body: str) -> None:
        assert only(diocese=diocese, religion=religion)["diocese"] == body

    @pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
    def test_it_may_be_encoded_as_windows_does(self, encoding: str) -> None:
        data = extract({"name": "St Example’s  Café School"}, encoding=encoding)
        assert gias.is_extract(data)
        assert gias.read(data, "999").schools[0]["name"] == "St Example’s Café School"

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ({"status": "Proposed to open"}, "It has not opened yet."),
            ({"type": "Further education"}, "The register has no type for “Further education”."),
            ({"type": "Free schools 16 to 19", "phase": "16 plus"}, "The register has no phase for “16 plus”."),
            ({"type": "Other independent school", "phase": "Not applicable"}, "The register has no phase for “Not"),
        ],
    )
    def test_what_is_no_school_of_the_register_is_passed_over(self, line: dict[str, str], why: str) -> None:
        found = gias.read(extract({}, line), "999")
        assert [each["urn"] for each in found.schools] == ["100001"]
        [passed] = found.passed_over
        assert (passed.number, passed.urn, passed.why.startswith(why)) == (3, "100002", True)

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ({"urn": "12345"}, "six digits"),
            ({"urn": "100001"}, "an earlier line"),
            ({"name": " "}, "no name"),
            ({"status": "Perhaps"}, "“Perhaps” is not understood"),
            ({"name": "x" * 251}, "characters"),
            ({"trust": "\x07"}, "characters"),
        ],
    )
    def test_a_line_that_cannot_be_read_is_told_and_stops_no_other(self, line: dict[str, str], why: str) -> None:
        found = gias.read(extract({}, line, {}), "999")
        assert [each["urn"] for each in found.schools] == ["100001", "100003"]
        [bad] = found.unreadable
        assert bad.number == 3
        assert why in bad.why

    @pytest.mark.parametrize(
        ("broken", "why"),
        [
            (b'"100009","999"\r\n', "2 cells"),
            (b'"' + b"x" * 140_000 + b"\r\n", "field larger"),
            (b"\x81\r\n", "1 cells"),
        ],
    )
    def test_nor_does_one_that_is_no_csv(self, broken: bytes, why: str) -> None:
        first, second = extract({}).splitlines(keepends=True)
        found = gias.read(first + broken + second, "999")
        assert [(bad.number, why in bad.why) for bad in found.unreadable] == [(2, True)]
        assert [each["urn"] for each in found.schools] == ["100001"]

    def test_bytes_that_windows_does_not_know(self) -> None:
        [bad] = gias.read(extract({}).replace(b"Madeup", b"Made\x81up"), "999").unreadable
        assert "cannot be read" in bad.why

    def test_a_column_that_is_missing(self) -> None:
        with pytest.raises(RegisterUnreadable, match=r"LA \(code\)"):
            gias.read(extract({}).replace(b"LA (code)", b"LA"), "999")

    @given(st.text(max_size=200))
    def test_whatever_follows_the_heading_is_read_or_told(self, rest: str) -> None:
        gias.read(extract({}) + rest.encode("utf-8", "surrogatepass"), "999")


@pytest.fixture
def engine(database_url: str) -> Engine:
    return running(database_url, config=Config(authorities={"town": town(), "village": authority("village")}))


def take(engine: Engine, *lines: dict[str, str]) -> Imported:
    return engine.schools.import_file(extract(*lines), "town")


def register_of(engine: Engine) -> list[SchoolRow]:
    with engine.reading() as session:
        return queries.schools(session)


class TestImport:
    def test_it_adds_changes_and_says_which_columns(self, engine: Engine) -> None:
        done = take(engine, {}, {"name": "Otherly School"})
        assert [(each.urn, each.name) for each in done.new] == [
            ("100001", "Madeup School"),
            ("100002", "Otherly School"),
        ]
        became = {"type": "Academy converter", "trust": "Invented Trust"}
        done = take(engine, became, {"name": "Otherly School"})
        assert (done.added, done.changed, done.unchanged) == (0, 1, 1)
        assert dict(done.altered[0].columns) == {
            "type": ("community", "academy"),
            "trust": ("", "Invented Trust"),
            "maintained": (True, False),
        }
        assert register_of(engine)[0].type == "academy"

    def test_again_it_changes_nothing(self, engine: Engine) -> None:
        lines = ({}, {"status": "Closed"}, {"type": "Further education"}, {"urn": "1"})
        first, again = take(engine, *lines), take(engine, *lines)
        assert (first.added, again.added, again.changed, again.unchanged) == (1, 0, 0, 1)
        assert [line.number for line in again.passed_over] == [3, 4]
        assert again.unreadable == first.unreadable

    def test_what_the_extract_does_not_know_stays(self, engine: Engine) -> None:
        ours = (
            "urn,name,phase,type,governance,link_adviser,category\n100001,Madeup School,primary,community,IEB,Ada,low\n"
        )
        engine.schools.import_file(ours.encode(), "town")
        assert take(engine, {}).unchanged == 1
        [row] = register_of(engine)
        assert (row.governance, row.link_adviser, row.category) == ("IEB", "Ada", "low")
        with engine.reading() as session:
            assert [row.category for row in queries.categories(session, "100001")] == ["low"]

    def test_nor_does_a_file_of_ours_clear_columns_that_it_has_not(self, engine: Engine) -> None:
        take(engine, {"trust": "Invented Trust"})
        ours = "urn,name,phase,type,link_adviser\n100001,Madeup School,primary,community,Ada\n"
        assert dict(engine.schools.import_file(ours.encode(), "town").altered[0].columns) == {
            "link_adviser": ("", "Ada")
        }

    def test_a_school_that_has_closed_is_marked_and_one_that_was_never_here_passed_over(self, engine: Engine) -> None:
        take(engine, {})
        done = take(engine, {"status": "Closed"}, {"status": "Closed", "name": "Long Gone School"})
        assert [dict(each.columns) for each in done.altered] == [
            {"status": ("open", "closed"), "closed": (False, True), "maintained": (True, False)}
        ]
        assert done.passed_over == (Line(3, "100002", "Long Gone School", "It has closed."),)
        [row] = register_of(engine)
        assert (row.urn, row.closed) == ("100001", True)
        assert take(engine, {"status": "Closed"}).unchanged == 1
        assert take(engine, {"status": "Open, but proposed to close"}).changed == 1
        assert not register_of(engine)[0].closed

    def test_a_school_that_became_an_academy_is_converted(self, engine: Engine) -> None:
        take(engine, {})
        take(engine, {"status": "Closed", "why_closed": "Academy Converter"})
        assert register_of(engine)[0].status == "converted"

    def test_its_head_is_taken(self, engine: Engine) -> None:
        take(engine, {"head_title": "Mrs", "head_first": "Ada", "head_last": "Ash"})
        assert register_of(engine)[0].head == "Mrs Ada Ash"

    def test_only_the_authority_s_own(self, engine: Engine) -> None:
        assert take(engine, {}, {"la": "998", "la_name": "Village"}).passed_over == ()
        assert [row.urn for row in register_of(engine)] == ["100001"]
        done = take(engine, {"la": "998", "la_name": "Village"})
        assert [line.why for line in done.passed_over] == ["It belongs to Village now."]
        assert [row.urn for row in register_of(engine)] == ["100001"], "it stays: its cases are here"

    def test_an_authority_whose_number_is_not_known(self, engine: Engine) -> None:
        for name in ("village", "nowhere"):
            with pytest.raises(AuthorityNumberMissing, match=name):
                engine.schools.import_file(extract({}), name)

    def test_the_command_names_the_live_cases_that_are_touched(self, sqlite_url: str, tmp_path: Path) -> None:
        engine = running(sqlite_url)
        deploy(engine, bpmn('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>', "s>a a>e"))
        engine.schools.import_file(b"urn,name,phase,type\n100001,Ash,primary,community\n", "")
        engine.cases.start("p", school="100001")
        file = tmp_path / "schools.csv"
        file.write_bytes(b"urn,name,phase,type\n100001,Ash,primary,academy\n")
        run = CliRunner(env={"DATABASE_URL": sqlite_url, "PATHWAYS_CONFIG": str(tmp_path)}).invoke
        said = run(main, ["schools", "import", str(file), "--authority", ""]).output
        assert "case 1 (p) of 100001 Ash: type, maintained; its page says so" in said

    def test_the_command_says_what_it_did(self, sqlite_url: str, tmp_path: Path) -> None:
        folder = tmp_path / "config" / "authorities"
        folder.mkdir(parents=True)
        (folder / "town.yaml").write_text('id: town\nname: Town\nla_code: "999"\nroles: [{id: seo, name: Officer}]\n')
        file = tmp_path / "extract.csv"
        run = CliRunner(env={"DATABASE_URL": sqlite_url, "PATHWAYS_CONFIG": str(tmp_path / "config")}).invoke
        arguments = ["schools", "import", str(file), "--authority", "town"]
        file.write_bytes(extract({}, {"status": "Closed"}, {"urn": "x"}, {"la": "998"}))
        assert run(main, arguments).output.splitlines() == [
            "1 schools added, 0 changed, 0 as they were.",
            "  added    100001 Madeup School",
            "Lines of other authorities: 1.",
            "Passed over, 1: It has closed.",
            "  line 3: 100002 Madeup School",
            "Could not be read, 1: Its URN is not six digits.",
            "  line 4: x Madeup School",
        ]
        file.write_bytes(extract({"trust": "Invented Trust", "status": "Closed"}))
        assert "changed  100001 Madeup School: status: open to closed; closed: no to yes" in run(main, arguments).output
