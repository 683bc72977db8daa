"""What somebody types of a name, and what it finds."""

from __future__ import annotations

import pytest

from engine import Engine, Scope, queries
from engine.queries import InboxFilters, InstanceFilters
from engine.store.sought import says
from tests.engine.running import deploy, running
from tests.engine.spiff.cases import bpmn, prop

SEO = Scope("town", frozenset({"seo"}), "sam")
SCHOOLS = (
    "urn,name,phase,type\n100001,St. Mary’s Château Primary,primary,community\n100002,Madeup Lane,primary,academy\n"
)
VISIT = bpmn(
    prop(cases="many")
    + '<startEvent id="s"/><endEvent id="e"/><userTask id="a" name="Visit" camunda:candidateGroups="seo"/>',
    "s>a a>e",
    key="visit",
)
#: As the field that completes a name takes them (webapp/assets/app/autocomplete.js).
TYPED = ["st marys", "ST. MARY'S", "chateau", "Château", "primary mary", "St. Mary’s Château Primary", " mary  st "]


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url)
    engine.schools.import_file(SCHOOLS.encode(), "town")
    deploy(engine, VISIT, "visit", "town")
    for school in ("100001", "100002"):
        engine.cases.start("visit", by=SEO, school=school)
    return engine


@pytest.mark.parametrize("typed", TYPED)
def test_cases_are_found_by_what_is_typed_of_a_school_as_by_the_school(engine: Engine, typed: str) -> None:
    with engine.reading(SEO) as session:
        chosen = queries.instances(session, InstanceFilters(school="100001")).items
        assert queries.instances(session, InstanceFilters(text=typed)).items == chosen


@pytest.mark.parametrize("typed", TYPED)
def test_tasks_and_schools_are_found_by_it_too(engine: Engine, typed: str) -> None:
    with engine.reading(SEO) as session:
        assert [row.urn for row in queries.schools(session, typed)] == ["100001"]
        found = queries.inbox(session, SEO, InboxFilters(text=typed)).items
        assert [row.school_urn for row in found] == ["100001"]


def test_a_word_that_is_nowhere_finds_nothing(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        assert not queries.instances(session, InstanceFilters(text="mary lane")).items


def test_a_percent_sign_is_no_wildcard(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        assert not queries.schools(session, "m%y")


def test_a_text_says_what_is_typed_of_it() -> None:
    assert says("St. Mary’s Château", "chateau marys")
