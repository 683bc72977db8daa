"""The people of a school that another one follows are the new one's, when a manager confirms it. Everybody here is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine import Config, Engine, queries
from engine.errors import SuccessionMoved
from tests.engine.cases.test_takeover import NEW, OLD, OTHER, SCHOOLS, confirm, link
from tests.engine.running import authority, clock_of, running


@pytest.fixture
def staffed(database_url: str) -> Engine:
    town = authority("town")
    contacts = {each: replace(town.roles[each], kind="contact") for each in ("head", "clerk")}
    home = replace(town, roles=town.roles | contacts)
    engine = running(database_url, config=Config(authorities={"town": home}))
    engine.schools.import_file(SCHOOLS.encode(), "town")
    return engine


def people(engine: Engine, *lines: str) -> None:
    heading = "email,username,name,role,school,diocese,trust,except,from,until"
    engine.people.import_file("\n".join([heading, *lines]).encode(), "town")


def holders(engine: Engine, urn: str, role: str = "head") -> list[str]:
    return list(engine.people.of_school("town", urn, role))


def test_the_head_is_the_new_school_s_from_the_day_that_the_links_say(staffed: Engine) -> None:
    people(staffed, f"holly@example.org,holly,Holly Head,head,{OLD},,,,2020-09-01,")
    confirm(staffed, link(staffed))
    assert (holders(staffed, NEW), holders(staffed, OLD)) == (["holly"], [])
    with staffed.reading() as session:
        held = {row.urn: (row.since, row.until) for row in queries.people(session).items if row.role == "head"}
    assert held == {OLD: (date(2020, 9, 1), date(2026, 8, 31)), NEW: (date(2026, 9, 1), None)}


def test_where_the_register_names_a_head_of_the_new_school_nobody_follows(staffed: Engine) -> None:
    people(staffed, f"holly@example.org,holly,Holly Head,head,{OLD},,,,2020-09-01,")
    people(staffed, f"nora@example.org,nora,Nora New,head,{NEW},,,,2026-09-01,")
    people(staffed, f"carl@example.org,carl,Carl Clerk,clerk,{OLD},,,,2020-09-01,")
    confirm(staffed, link(staffed))
    assert (holders(staffed, NEW), holders(staffed, NEW, "clerk")) == (["nora"], ["carl"])


def test_of_a_merger_s_two_heads_neither_is_taken_for_the_new_one(staffed: Engine) -> None:
    people(staffed, f"holly@example.org,holly,Holly Head,head,{OLD},,,,2020-09-01,")
    people(staffed, f"omar@example.org,omar,Omar Other,head,{OTHER},,,,2020-09-01,")
    people(staffed, f"carl@example.org,carl,Carl Clerk,clerk,{OTHER},,,,2020-09-01,")
    confirm(staffed, link(staffed, (OLD, NEW), (OTHER, NEW)), categories={NEW: "low"})
    assert (holders(staffed, NEW), holders(staffed, NEW, "clerk")) == ([], ["carl"])


def test_whoever_has_left_does_not_come_back(staffed: Engine) -> None:
    people(staffed, f"holly@example.org,holly,Holly Head,head,{OLD},,,,2020-09-01,2026-07-31")
    confirm(staffed, link(staffed))
    assert holders(staffed, NEW) == []


def test_who_takes_up_post_later_does_so_at_the_new_school(staffed: Engine) -> None:
    day = clock_of(staffed).now().date() + timedelta(days=30)
    people(staffed, f"holly@example.org,holly,Holly Head,head,{OLD},,,,{day},")
    confirm(staffed, link(staffed))
    with staffed.reading() as session:
        assert [(row.urn, row.since) for row in queries.people(session).items if row.role == "head"] == [(NEW, day)]


def test_who_is_named_is_said_before_it_is_confirmed(staffed: Engine) -> None:
    people(staffed, f"holly@example.org,holly,Holly Head,head,{OLD},,,,2020-09-01,")
    assert [one.name for one in link(staffed).following(NEW)] == ["Holly Head"]


def test_somebody_named_since_it_was_looked_at_is_seen(staffed: Engine) -> None:
    people(staffed, f"holly@example.org,holly,Holly Head,head,{OLD},,,,2020-09-01,")
    seen = link(staffed)
    people(staffed, f"nora@example.org,nora,Nora New,head,{NEW},,,,2026-09-01,")
    with pytest.raises(SuccessionMoved):
        confirm(staffed, seen)
