"""The national links file: which school follows which. Every school here is invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from engine import Config, Engine, Scope, queries
from engine.cli.main import main
from engine.errors import ImportNotFound, RegisterUnreadable
from engine.schools import links
from engine.schools.links import Link
from engine.schools.successions import Pair
from tests.engine.running import authority, running
from tests.engine.schools.test_gias import extract, town

HEADING = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n"
SCHOOLS = b"urn,name,phase,type\n100001,Ash Primary,primary,community\n100002,Ash Academy,primary,academy\n"


def file(*lines: str, encoding: str = "cp1252") -> bytes:
    """The links file as the Department publishes it."""
    return (HEADING + "".join(f"{line}\r\n" for line in lines)).encode(encoding)


FOLLOWS = "100001,100002,Ash Academy,Successor,01-09-2026"
FOLLOWED = "100002,100001,Ash Primary,Predecessor,01-09-2026"


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        (FOLLOWS, ("100001", "100002")),
        (FOLLOWED, ("100001", "100002")),
        ("100001,100002,B,Successor - amalgamated,", ("100001", "100002")),
        ("100001,100002,B,Successor - Split School,", ("100001", "100002")),
        ("100001,100002,B,Predecessor - Split School,", ("100002", "100001")),
    ],
)
def test_a_line_says_who_follows_whom(line: str, pair: tuple[str, str]) -> None:
    assert [(each.old, each.new) for each in links.read(file(line)).pairs] == [pair]


def test_a_pair_is_there_once_however_often_it_is_said() -> None:
    assert len(links.read(file(FOLLOWS, FOLLOWED, FOLLOWS)).pairs) == 1


def test_it_keeps_what_the_register_says() -> None:
    line = "100001,100002,St Example’s Café Academy,Successor - amalgamated,01-09-2026"
    expected = Link(
        2, "100001", "100002", "Successor - amalgamated", "2026-09-01", "100002", "St Example’s Café Academy"
    )
    assert links.read(file(line)).pairs == [expected]


@pytest.mark.parametrize("kind", ["Expansion", "Sixth Form Centre School", "Merged - change in age range", "Other", ""])
def test_other_kinds_of_link_say_of_nobody_that_they_follow(kind: str) -> None:
    found = links.read(file(f"100001,100002,B,{kind},"))
    assert (found.pairs, found.unreadable) == ([], [])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1,100002,B,Successor,", "six digits"),
        ("100001,x,B,Successor,", "six digits"),
        ("100001,100001,B,Successor,", "to itself"),
        ("100001,100002", "2 cells"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_and_stops_no_other(line: str, why: str) -> None:
    found = links.read(file(line, FOLLOWS))
    assert len(found.pairs) == 1
    assert [(bad.number, why in bad.why) for bad in found.unreadable] == [(2, True)]


def test_a_date_that_cannot_be_read_is_left_out() -> None:
    assert links.read(file("100001,100002,B,Successor,soon")).pairs[0].since == ""


def test_a_column_that_is_missing() -> None:
    with pytest.raises(RegisterUnreadable, match="there is no column URN"):
        links.read(file().replace(b"URN,Link", b"Number,Link", 1))


@given(st.text(max_size=200))
def test_whatever_follows_the_heading_is_read_or_told(rest: str) -> None:
    links.read(file() + rest.encode("utf-8", "surrogatepass"))


@pytest.fixture
def engine(database_url: str) -> Engine:
    made = running(database_url, config=Config(authorities={"town": town(), "village": authority("village")}))
    made.schools.import_file(SCHOOLS, "town")
    return made


def test_a_pair_that_is_on_the_register_waits_for_a_manager(engine: Engine) -> None:
    linked = engine.schools.import_file(file(FOLLOWS, FOLLOWED), "town").linked
    assert linked.waiting == (Pair("100001", "Ash Primary", "100002", "Ash Academy"),)


def test_read_again_it_changes_nothing(engine: Engine) -> None:
    engine.schools.import_file(file(FOLLOWS), "town")
    linked = engine.schools.import_file(file(FOLLOWS, FOLLOWED), "town").linked
    assert (linked.waiting, linked.known) == ((), 1)


def test_a_link_to_a_school_that_nobody_knows_is_said_and_not_followed(engine: Engine) -> None:
    linked = engine.schools.import_file(file("100001,999999,Elm Academy,Successor,"), "town").linked
    assert linked.waiting == ()
    [line] = linked.not_followed
    assert (line.number, line.urn, line.name) == (2, "100001", "Ash Primary")
    assert line.why == "Its successor, Elm Academy, (URN 999999) is on no register here: it is not followed."


def test_a_link_to_a_school_of_another_authority_is_said_and_not_followed(engine: Engine) -> None:
    engine.schools.import_file(SCHOOLS.replace(b"10000", b"20000"), "village")
    linked = engine.schools.import_file(file("100002,200001,Ash Primary,Predecessor,"), "town").linked
    assert [line.why for line in linked.not_followed] == [
        "Its predecessor, Ash Primary, (URN 200001) is a school of another authority: it is not followed."
    ]


def test_with_the_extract_it_is_known_whose_school_it_is(engine: Engine) -> None:
    files = {"schools": extract({}, {"urn": "300001", "la": "998"}), "links": file("100001,300001,Elm,Successor,")}
    linked = engine.schools.import_files(files, "town").linked
    assert "of another authority" in linked.not_followed[0].why


def test_schools_and_links_are_read_together(engine: Engine) -> None:
    schools = b"urn,name,phase,type\n100003,Elm Academy,primary,academy\n"
    files = {"links": file("100001,100003,Elm Academy,Successor,"), "schools": schools}
    assert len(engine.schools.import_files(files, "town").linked.waiting) == 1


def test_two_files_of_schools_are_refused(engine: Engine) -> None:
    with pytest.raises(RegisterUnreadable, match="two files of the same kind"):
        engine.schools.import_files({"a": SCHOOLS, "b": extract({})}, "town")


MANAGER = Scope("town", frozenset({"seo"}), "manager")
BOTH = {
    "schools": SCHOOLS.replace(b"Ash Academy", b"Elm Academy"),
    "links": file(FOLLOWS, "100001,999999,Fir,Successor,"),
}


def test_looked_at_the_files_change_nothing(engine: Engine) -> None:
    engine.schools.look(BOTH, MANAGER)
    with engine.reading() as session:
        found = queries.successions(session), queries.school(session, "100002").name
    assert found == ([], "Ash Academy")


def test_what_was_looked_at_is_what_is_done(engine: Engine) -> None:
    looked = engine.schools.look(BOTH, MANAGER)
    with engine.reading() as session:
        before = queries.register_import(session, looked).report
    engine.schools.confirm_import(looked, MANAGER)
    with engine.reading() as session:
        after = queries.register_import(session, looked)
        assert (after.status, after.report, len(queries.successions(session))) == ("done", before, 1)


def test_the_national_extract_is_kept_for_the_authority_alone(engine: Engine) -> None:
    files = {"schools": extract({"name": "Ash"}, {"urn": "300001", "la": "998"}, {"urn": "300002", "la": "998"})}
    looked = engine.schools.look({**files, "links": file("100001,300001,Elm,Successor,")}, MANAGER)
    done = engine.schools.confirm_import(looked, MANAGER)
    assert (done.elsewhere, "of another authority" in done.linked.not_followed[0].why) == (2, True)


def test_another_authority_confirms_nothing_of_it(engine: Engine) -> None:
    looked = engine.schools.look(BOTH, MANAGER)
    with pytest.raises(ImportNotFound):
        engine.schools.confirm_import(looked, Scope("village", frozenset({"seo"}), "other"))


def test_links_between_others_are_of_no_concern(engine: Engine) -> None:
    linked = engine.schools.import_file(file("400001,400002,X,Successor,"), "town").linked
    assert (linked.waiting, linked.not_followed) == ((), ())


def test_the_command_says_what_it_found(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "schools.csv").write_bytes(SCHOOLS)
    (tmp_path / "links.csv").write_bytes(file(FOLLOWS, "100002,999999,Elm,Successor,", "1,2,X,Successor,"))
    run = CliRunner(env={"DATABASE_URL": sqlite_url, "PATHWAYS_CONFIG": str(tmp_path)}).invoke
    files = [str(tmp_path / name) for name in ("schools.csv", "links.csv")]
    assert run(main, ["schools", "import", *files, "--authority", ""]).output.splitlines()[3:] == [
        "Waits for a manager: 100002 Ash Academy follows 100001 Ash Primary.",
        "Not followed, 1: Its successor, Elm, (URN 999999) is on no register here: it is not followed.",
        "  line 3: 100002 Ash Academy",
        "Could not be read, 1: Its URN or that of the link is not six digits.",
        "  line 4:",
    ]
