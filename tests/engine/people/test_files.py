"""Reading and importing people of schools from a CSV file: as Excel saves it, safe to repeat, and clear about what it cannot
take."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import Engine
from engine.cli.main import main
from engine.errors import AuthorityNotFound, PeopleUnreadable
from engine.people.entries import PeopleImported
from tests.engine.people.test_register import SCHOOLS, config
from tests.engine.running import running

HEADING = "email,name,role,school,diocese,trust,except,from,until"
HOLLY = "holly@example.org,Holly Head,head,100001,,,,2026-09-01,"


@pytest.fixture
def engine(database_url: str) -> Engine:
    """An engine with a register of schools."""
    engine = running(database_url, config=config())
    engine.schools.import_file(SCHOOLS.encode(), "town")
    return engine


def bring(engine: Engine, *lines: str, heading: str = HEADING) -> PeopleImported:
    """Import these lines."""
    return engine.people.import_file("\n".join([heading, *lines, ""]).encode(), "town")


def test_a_file_may_be_sent_again(engine: Engine) -> None:
    first, again = bring(engine, HOLLY), bring(engine, HOLLY)
    assert (len(first.added), first.unchanged) == (1, 0)
    assert (again.added, again.changed, again.ended, again.unchanged) == ((), (), (), 1)


def test_who_is_not_in_the_file_stays(engine: Engine) -> None:
    bring(engine, HOLLY)
    bring(engine, HOLLY.replace("holly", "max"))
    assert engine.people.of_school("town", "100001", "head") == ["holly@example.org", "max@example.org"]


@pytest.mark.parametrize(
    ("line", "what", "change"),
    [
        (HOLLY.replace("Holly Head", "Holly Crown"), "changed", "name: Holly Head to Holly Crown"),
        (HOLLY.replace("2026-09-01", "2026-08-01"), "changed", "from: 2026-09-01 to 2026-08-01"),
        (HOLLY + "2027-08-31", "ended", "until: open to 2027-08-31"),
    ],
)
def test_what_changed_is_told(engine: Engine, line: str, what: str, change: str) -> None:
    bring(engine, HOLLY)
    [told] = getattr(bring(engine, line), what)
    assert told.change == change


def test_a_role_that_is_held_again_later_is_another_entry(engine: Engine) -> None:
    bring(engine, HOLLY + "2026-12-31")
    done = bring(engine, HOLLY + "2026-12-31", HOLLY.replace("2026-09-01", "2027-09-01"))
    assert (len(done.added), done.unchanged) == (1, 1)


@pytest.mark.parametrize(
    "data",
    [
        f"{HEADING}\r\n{HOLLY.replace('Holly', 'Zoë')}\r\n".encode("cp1252"),
        b"\xef\xbb\xbf" + f"{HEADING}\r\n{HOLLY.replace('Holly', 'Zoë')}\r\n".encode(),
        f"{HEADING}\n{HOLLY}\n".replace(",", ";").replace("Holly", "Zoë").encode(),
        f"{HEADING}\n{HOLLY}\n".replace(",", "\t").replace("Holly", "Zoë").encode(),
        f"{HEADING}\n{HOLLY}\n,,,,,,,,\n".replace("Holly", "Zoë").replace("2026-09-01", "01/09/2026").encode(),
    ],
    ids=["windows", "utf-8 with its mark", "semicolons", "tabs", "british days, an empty line"],
)
def test_a_file_is_read_as_excel_saves_it(engine: Engine, data: bytes) -> None:
    done = engine.people.import_file(data, "town")
    assert [each.name for each in done.added] == ["Zoë Head"]
    assert done.unreadable == ()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (HOLLY.replace("Holly Head", ""), "It has no name."),
        (HOLLY.replace("holly@example.org", ""), "It has neither an email nor a username."),
        (HOLLY.replace("holly@", ""), "“example.org” is no e-mail address."),
        (HOLLY.replace("head", "queen"), "The authority has no role “queen”."),
        (
            HOLLY.replace("head", "seo"),
            "The role “seo” is an officer's: it counts for all schools, and needs no entry.",
        ),
        (HOLLY.replace("100001", "999999"), "No school of the register has the URN 999999."),
        (HOLLY.replace("100001", ""), "It names no school, diocese or trust."),
        (HOLLY.replace("100001,", "100001,Sampleshire"), "Say one of school, diocese and trust."),
        (HOLLY.replace("100001,", ",Nowhere"), "No school of the register has the diocese “Nowhere”."),
        (HOLLY.replace("100001,,", ",,Nobody"), "No school of the register has the trust “Nobody”."),
        (HOLLY.replace(",,,", ",,,100002"), "Only of a diocese's or a trust's schools can some be taken out."),
        (HOLLY.replace("2026-09-01", "soon"), "“soon” under “from” is no day such as 2026-09-01 or 01/09/2026."),
        (HOLLY + "2026-08-31", "Its last day is before its first."),
        (HOLLY + ",more", "It has more cells than the heading."),
        (HOLLY.replace("Holly", "H" * 300), "It has characters that cannot be read, or too many of them."),
    ],
)
def test_a_line_that_cannot_be_read_is_told_and_stops_no_other(engine: Engine, line: str, why: str) -> None:
    done = bring(engine, line, HOLLY)
    assert [(each.number, each.why) for each in done.unreadable] == [(2, why)]
    assert len(done.added) == 1


@pytest.mark.parametrize("heading", ["email,name,role,from", "name,role,school,from"])
def test_a_file_without_its_columns_is_refused(engine: Engine, heading: str) -> None:
    with pytest.raises(PeopleUnreadable, match="there is no column"):
        bring(engine, HOLLY, heading=heading)


def test_people_of_no_known_authority_are_refused(engine: Engine) -> None:
    with pytest.raises(AuthorityNotFound, match="config/authorities/hamlet.yaml"):
        engine.people.import_file(HEADING.encode(), "hamlet")


def test_a_role_may_be_named_in_words_and_a_username_may_differ(engine: Engine) -> None:
    line = "HOLLY@example.org,Holly Head,Head,100001 100002,2026-09-01,hh"
    done = bring(engine, line, heading="email,name,role,school,from,username")
    assert [each.what for each in done.added] == ["100001", "100002"]
    assert engine.people.of_school("town", "100002", "head") == ["hh"]


def test_the_command_says_what_it_did(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "authorities").mkdir()
    (tmp_path / "authorities/town.yaml").write_text(
        "id: town\nname: Town\nroles:\n  - {id: head, name: Headteacher, kind: contact}\n", encoding="utf-8"
    )
    running(sqlite_url).schools.import_file(SCHOOLS.encode(), "town")
    said = []
    for number, lines in enumerate(([HOLLY], [HOLLY + "2027-08-31", "x,Ex,head,1,,,,2026-09-01,"])):
        file = tmp_path / f"{number}.csv"
        file.write_text("\n".join([HEADING, *lines]), encoding="utf-8")
        options = ["--authority", "town", "--database", sqlite_url, "--config", str(tmp_path)]
        said.append(CliRunner().invoke(main, ["people", "import", str(file), *options]).output)
    assert said == [
        "1 added, 0 changed, 0 ended, 0 as they were, 0 lines could not be read.\n  added    Holly Head: head, 100001\n",
        "0 added, 0 changed, 1 ended, 0 as they were, 1 lines could not be read.\n"
        "  ended    Holly Head: head, 100001 (until: open to 2027-08-31)\n"
        "  line 3: Ex: “x” is no e-mail address.\n",
    ]
