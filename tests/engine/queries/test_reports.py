"""Reports: what they are drawn from, which tasks ask for one, who writes, approves and reads them, and who is kept out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations

from engine import Engine, Scope, queries
from engine.errors import GivenRefused, ReportKept, ReportMovedOn, ReportNotFound, ReportNotYours, ReportOfBarred
from engine.queries import ALWAYS, Period, ReportRow
from engine.queries.personal import kept_of
from engine.services.reports import Asked, Drafted, fingerprint
from tests.engine.running import DAY, NOW, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

SCHOOLS = "urn,name,phase,type,category\n100001,Elm,primary,community,low\n100002,Oak,primary,academy,\n"
SEO = Scope("town", frozenset({"seo"}), "sam")
LEE = Scope("town", frozenset({"seo"}), "lee")
BOSS = Scope("town", frozenset({"director"}), "boss", oversees=True)
BOARD = Scope("town", frozenset({"board"}), "bo")
OTHER = Scope("town", frozenset({"clerk"}), "cal")
CALLED = bpmn(
    '<startEvent id="s"/><userTask id="visit" name="Visit" camunda:candidateGroups="seo" camunda:dueDate="P2D"/><endEvent id="e"/>',
    "s>visit visit>e",
    key="visits",
)
CALLING = bpmn(
    '<startEvent id="s"/><callActivity id="c" name="Visits" calledElement="visits"/>'
    f'<userTask id="report" name="Report" camunda:candidateGroups="seo">{prop(report="town/quarterly")}</userTask><endEvent id="e"/>',
    "s>c c>report report>e",
)
CATEGORY = bpmn(
    '<startEvent id="s"/><serviceTask id="set" camunda:type="external" camunda:topic="category"><extensionElements>'
    '<camunda:inputOutput><camunda:inputParameter name="category">high</camunda:inputParameter>'
    '<camunda:inputParameter name="reason">Results fell</camunda:inputParameter></camunda:inputOutput></extensionElements>'
    '</serviceTask><endEvent id="e"/>',
    "s>set set>e",
    key="level",
)
ASKED = Asked("town/quarterly", ("seo",), ("board",))
FIGURES = ({"name": "Open", "value": "1", "cases": [{"id": 1, "about": "Elm"}]},)
DRAFT = Drafted("Quarterly report", date(2026, 7, 1), date(2026, 9, 30), "One school.", FIGURES)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Two cases: Elm's was visited after a day, Oak's began on the third day and is not visited yet."""
    made = running(database_url)
    made.schools.import_file(SCHOOLS.encode(), "town")
    deploy(made, CALLED, "visits", "town")
    deploy(made, CALLING, authority="town")
    made.cases.start("p", school="100001", by=SEO)
    clock_of(made).set(NOW + DAY)
    made.tasks.complete(task(made, "visit", 1), {"seen": "Well."}, by=SEO)
    clock_of(made).set(NOW + 3 * DAY)
    made.cases.start("p", school="100002", by=SEO)
    yield made
    made.dispose()


def made_by(engine: Engine, who: Scope = SEO, draft: Drafted = DRAFT) -> int:
    return engine.reports.make(ASKED, draft, by=who)


def read(engine: Engine, ident: int, who: Scope = SEO) -> ReportRow:
    with engine.reading(who) as session:
        return queries.report(session, ident, who)


# -- what they are drawn from


def test_cases_are_those_that_were_open_in_the_days(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        first = queries.reported_cases(session, "p", Period(None, NOW + DAY), NOW + 3 * DAY)
        every = queries.reported_cases(session, "p", ALWAYS, NOW + 3 * DAY)
    assert [row.school_name for row in first] == ["Elm"]
    assert [row.school_name for row in every] == ["Elm", "Oak"]


def test_a_called_process_is_found_with_its_own_days(engine: Engine) -> None:
    with engine.reading(OTHER) as session:
        found = queries.reported_cases(session, "visits", ALWAYS, NOW + 3 * DAY)
    assert [(row.school_name, row.started, row.ended) for row in found] == [
        ("Oak", NOW + 3 * DAY, None),
        ("Elm", NOW, NOW + DAY),
    ]


def test_a_called_process_is_found_where_it_ran_in_the_days_at_the_school(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        late = queries.reported_cases(session, "visits", Period(NOW + 2 * DAY, None), NOW + 3 * DAY)
        early = queries.reported_cases(session, "visits", Period(None, NOW + DAY), NOW + 3 * DAY)
        other = queries.reported_cases(session, "visits", ALWAYS, NOW + 3 * DAY, "100001")
    assert [[row.school_name for row in rows] for rows in (late, early, other)] == [["Oak"], ["Elm"], ["Elm"]]


def test_tasks_done_in_time_are_also_those_of_what_a_case_calls(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        assert queries.done_in_time(session, "p", ALWAYS) == (1, 1)


def test_one_that_ended_before_is_not_among_them(engine: Engine) -> None:
    engine.tasks.complete(task(engine, "report", 1), {}, by=SEO)
    with engine.reading(SEO) as session:
        found = queries.reported_cases(session, "p", Period(NOW + 4 * DAY, None), NOW + 4 * DAY)
    assert [row.school_name for row in found] == ["Oak"]


def test_they_are_the_cases_of_one_school_where_that_is_asked(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        found = queries.reported_cases(session, "p", ALWAYS, NOW, "100002")
    assert [row.school_name for row in found] == ["Oak"]


def test_they_are_of_the_whole_authority_whoever_draws_them(engine: Engine) -> None:
    with engine.reading(OTHER) as session:
        assert queries.instances(session).items == ()
        assert len(queries.reported_cases(session, "p", ALWAYS, NOW)) == 2


def test_an_element_is_found_where_it_was_called_from(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        found = queries.passed(session, "visits", "visit", ALWAYS)
    assert [(row.case, row.at) for row in found] == [(1, NOW + DAY)]


def test_what_was_passed_on_another_day_or_by_another_school_is_left_out(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        assert queries.passed(session, "visits", "visit", Period(NOW + 2 * DAY, None)) == []
        assert queries.passed(session, "visits", "visit", ALWAYS, "100002") == []


def test_answers_are_found_by_their_tasks(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        [found] = queries.answered(session, "visits", "visit", ALWAYS)
    assert (found.case, found.at) == (1, NOW + DAY)
    assert found.task_id is not None


def test_done_in_time_counts_what_had_a_date(engine: Engine) -> None:
    clock_of(engine).set(NOW + 30 * DAY)
    engine.tasks.complete(task(engine, "visit", 2), {}, by=SEO)
    with engine.reading(SEO) as session:
        assert queries.done_in_time(session, "visits", ALWAYS) == (1, 2)
        assert queries.done_in_time(session, "visits", Period(NOW + 10 * DAY, None)) == (0, 1)


def test_a_change_of_category_says_from_what_to_what(engine: Engine) -> None:
    deploy(engine, CATEGORY, "level", "town")
    engine.cases.start("level", school="100001", by=SEO)
    with engine.reading(SEO) as session:
        found = queries.recategorised(session, Period(NOW + 2 * DAY, None))
        now = queries.schools_by_category(session)
    assert [(row.school, row.before, row.after) for row in found] == [("Elm", "low", "high")]
    assert now == {"": 1, "high": 1}


# -- which tasks ask for one


def test_a_task_that_asks_for_a_report_is_wanted_until_it_is_done(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        [wanted] = queries.wanted_reports(session)
    assert (wanted.template, wanted.name, wanted.roles, wanted.school_name) == (
        "town/quarterly",
        "Report",
        ("seo",),
        "Elm",
    )
    assert wanted.report is None
    engine.tasks.complete(wanted.task_id, {}, by=SEO)
    with engine.reading(SEO) as session:
        assert queries.wanted_reports(session) == []


def test_it_names_the_report_that_was_made_for_it(engine: Engine) -> None:
    asked = Asked("town/quarterly", ("seo",), (), task(engine, "report", 1), "100001")
    ident = engine.reports.make(asked, DRAFT, by=SEO)
    with engine.reading(SEO) as session:
        [wanted] = queries.wanted_reports(session)
        assert (wanted.report, wanted.approved) == (ident, False)
        assert queries.report_of_task(session, wanted.task_id) == ident


def test_it_says_that_this_is_approved(engine: Engine) -> None:
    asked = Asked("town/quarterly", ("seo",), (), task(engine, "report", 1), "100001")
    engine.reports.approve(engine.reports.make(asked, DRAFT, by=SEO), 1, by=SEO)
    with engine.reading(SEO) as session:
        [wanted] = queries.wanted_reports(session)
    assert wanted.approved


# -- writing, approving, reading


def test_a_draft_is_written_on_and_approved(engine: Engine) -> None:
    ident = made_by(engine)
    engine.reports.write(ident, "One school, and it does well.\r\n", 1, by=LEE)
    engine.reports.approve(ident, 2, by=SEO)
    kept = read(engine, ident)
    assert kept.text == "One school, and it does well."
    assert (kept.saved_by, kept.approved_by, kept.approved) == ("lee", "sam", NOW + 3 * DAY)
    assert kept.sha256 == fingerprint(kept)


def test_what_is_approved_is_kept_as_it_is(engine: Engine) -> None:
    ident = made_by(engine)
    engine.reports.approve(ident, 1, by=SEO)
    for change in (
        lambda: engine.reports.write(ident, "Other.", 1, by=SEO),
        lambda: engine.reports.draw_anew(ident, DRAFT, 1, by=SEO),
        lambda: engine.reports.approve(ident, 1, by=SEO),
    ):
        with pytest.raises(ReportKept):
            change()
    assert read(engine, ident).text == "One school."


def test_nobody_writes_over_what_another_has_written_meanwhile(engine: Engine) -> None:
    ident = made_by(engine)
    engine.reports.write(ident, "Lee’s words.", 1, by=LEE)
    with pytest.raises(ReportMovedOn, match="lee has saved"):
        engine.reports.write(ident, "Sam’s words.", 1, by=SEO)
    with pytest.raises(ReportMovedOn):
        engine.reports.approve(ident, 1, by=SEO)
    assert read(engine, ident).text == "Lee’s words."


def test_a_draft_is_drawn_anew_for_other_days(engine: Engine) -> None:
    ident = made_by(engine)
    engine.reports.draw_anew(
        ident, Drafted("Quarterly report", date(2026, 8, 1), date(2026, 8, 31), "None."), 1, by=SEO
    )
    found = read(engine, ident)
    assert (found.since, found.until, found.text, found.figures) == (date(2026, 8, 1), date(2026, 8, 31), "None.", ())


def test_its_figures_are_of_the_moment_at_which_it_was_drawn_last(engine: Engine) -> None:
    ident = made_by(engine)
    clock_of(engine).set(NOW + 20 * DAY)
    engine.reports.write(ident, "Mine.", 1, by=SEO)
    assert read(engine, ident).made == NOW + 3 * DAY
    engine.reports.draw_anew(ident, DRAFT, 2, by=LEE)
    assert (read(engine, ident).made, read(engine, ident).made_by) == (NOW + 20 * DAY, "lee")


def test_only_its_writers_make_and_write_one(engine: Engine) -> None:
    with pytest.raises(ReportNotYours):
        made_by(engine, BOARD)
    ident = made_by(engine)
    with pytest.raises(ReportNotYours):
        engine.reports.write(ident, "Mine.", 1, by=BOSS)


def test_a_report_says_something(engine: Engine) -> None:
    ident = made_by(engine)
    for text in ("  ", "x" * 200_001):
        with pytest.raises(GivenRefused):
            engine.reports.write(ident, text, 1, by=SEO)


def test_its_readers_read_it_once_it_is_approved(engine: Engine) -> None:
    ident = made_by(engine)
    with pytest.raises(ReportNotFound):
        read(engine, ident, BOARD)
    engine.reports.approve(ident, 1, by=SEO)
    assert read(engine, ident, BOARD).title == "Quarterly report"


def test_whoever_manages_reads_it_and_others_do_not(engine: Engine) -> None:
    ident = made_by(engine)
    assert read(engine, ident, BOSS).id == ident
    with pytest.raises(ReportNotFound):
        read(engine, ident, OTHER)
    with engine.reading(OTHER) as session:
        assert queries.reports(session, OTHER) == []


def test_another_authority_and_a_school_see_none(engine: Engine) -> None:
    ident = made_by(engine)
    for who in (
        Scope("city", frozenset({"seo"}), "eve", oversees=True),
        Scope("town", frozenset({"seo"}), "head", schools={"seo": frozenset({"100001"})}),
    ):
        with pytest.raises(ReportNotFound):
            read(engine, ident, who)


def test_the_last_day_reported_on_is_that_of_what_was_approved(engine: Engine) -> None:
    ident = made_by(engine)
    with engine.reading(SEO) as session:
        assert queries.last_reported(session, "town/quarterly") is None
    engine.reports.approve(ident, 1, by=SEO)
    with engine.reading(SEO) as session:
        assert queries.last_reported(session, "town/quarterly") == date(2026, 9, 30)
        assert queries.last_reported(session, "town/quarterly", "100001") is None


def barring(engine: Engine) -> int:
    """A case from which Lee is barred."""
    bars = bpmn(
        f'{prop(bars="= who")}<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>',
        "s>a a>b b>e",
        key="bars",
    )
    deploy(engine, bars, "bars", "town")
    return engine.cases.start("bars", school="100001", by=BOSS, variables={"who": "lee"})


#: How a draft tells of a case: by a figure, by its text alone, by a link that somebody wrote.
TELLS = {
    "figure": lambda case: {"figures": ({"name": "Open", "value": "1", "cases": [{"id": case, "about": "Elm"}]},)},
    "text": lambda case: {"drawn": frozenset({case})},
    "link": lambda case: {"text": f"Elm ([case {case}](/cases/{case}))"},
}


@pytest.fixture(params=TELLS)
def telling(engine: Engine, request: pytest.FixtureRequest) -> Drafted:
    """A draft that tells of the case from which Lee is barred."""
    return replace(DRAFT, **{"figures": (), **TELLS[request.param](barring(engine))})


def test_whoever_is_barred_from_a_case_makes_no_report_of_it(engine: Engine, telling: Drafted) -> None:
    with pytest.raises(ReportOfBarred):
        made_by(engine, LEE, telling)


def test_whoever_is_barred_from_a_case_meets_no_report_of_it(engine: Engine, telling: Drafted) -> None:
    ident = made_by(engine, SEO, telling)
    with pytest.raises(ReportNotFound):
        read(engine, ident, LEE)


def test_whoever_is_barred_from_a_case_finds_no_report_of_it_in_the_list(engine: Engine, telling: Drafted) -> None:
    made_by(engine, SEO, telling)
    with engine.reading(LEE) as session:
        assert queries.reports(session, LEE) == []


@pytest.mark.parametrize(("who", "number"), [(SEO, 1), (LEE, 0)])
def test_subject_access_shows_no_report_of_a_case_to_whoever_is_barred(
    engine: Engine, telling: Drafted, who: Scope, number: int
) -> None:
    made_by(engine, SEO, replace(telling, title="Of Ms Elm"))
    with engine.reading(who) as session:
        assert len(kept_of(session, ["Ms Elm"]).rows.get("Reports", ())) == number


def test_what_was_written_before_it_was_drawn_anew_tells_of_its_cases_still(engine: Engine, telling: Drafted) -> None:
    ident = made_by(engine, SEO, telling)
    clock_of(engine).set(NOW + 4 * DAY)
    engine.reports.write(ident, "Mine.", 1, by=SEO)
    engine.reports.draw_anew(ident, DRAFT, 2, by=SEO)
    with pytest.raises(ReportNotFound):
        read(engine, ident, LEE)


@pytest.mark.parametrize(("school", "cases"), [(None, [1, 2]), ("100001", [1])])
def test_a_report_that_was_made_before_its_cases_were_kept_tells_of_all_that_were_open_in_its_days(
    engine: Engine, school: str | None, cases: list[int]
) -> None:
    days = replace(DRAFT, since=NOW.date(), until=NOW.date() + 9 * DAY, figures=())
    ident = engine.reports.make(replace(ASKED, school=school), days, by=SEO)
    with engine.database._open().begin() as connection:
        connection.exec_driver_sql("ALTER TABLE report DROP COLUMN cases")
        with Operations.context(MigrationContext.configure(connection)):
            import_module("engine.migrations.versions.e064_cases_of_reports").upgrade()
    assert sorted(read(engine, ident).cases) == cases
