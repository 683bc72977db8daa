"""Commands: deploying, starting, completing, claiming, stopping; and what each refuses, with no change of state."""

import pytest

from engine import Engine, Scope, queries
from engine.errors import (
    BusinessKeyTooLong,
    DefinitionNotFound,
    DeploymentEmpty,
    DeploymentRefused,
    InstanceEnded,
    InstanceNotFound,
    NotAStarter,
    SchoolNotFound,
    TaskClaimed,
    TaskNotFound,
    TaskNotOpen,
    TaskNotYours,
)
from engine.settings import Config
from tests.engine.running import (
    DAY,
    LATER,
    LOOP,
    REMINDED,
    Statements,
    authority,
    clock_of,
    deploy,
    running,
    task,
    waiting,
)
from tests.engine.spiff.cases import bpmn

SEO = Scope("town", frozenset({"seo"}), "sam")
OTHER_SEO = Scope("town", frozenset({"seo"}), "olu", oversees=True)
CLERK = Scope("town", frozenset({"clerk"}), "cleo", oversees=True)
STRANGER = Scope("village", frozenset({"seo"}), "vic")
ENDED = '<startEvent id="s"/><endEvent id="e"/>'
SCHOOLS = (
    b"urn,name,phase,type,diocese\n100001,Sampleby,primary,voluntary aided,Example\n100002,Madeup,primary,academy,\n"
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    return running(database_url)


@pytest.fixture
def town(engine: Engine) -> Engine:
    deploy(engine, LOOP, authority="town")
    return engine


def test_a_loop_runs_to_its_end(engine: Engine) -> None:
    deploy(engine, LOOP)
    case = engine.cases.start("p", "URN 100001", {"pace": "slow"}, by="olu")
    for again in (True, True, False):
        engine.tasks.complete(task(engine, "a", case), {"again": again}, by="sam")
    assert engine.cases.get(case).status == "completed"
    assert engine.cases.variables(case) == {"pace": "slow", "again": False}
    assert engine.cases.trace(case) == ["s", "a", "g", "a", "g", "a", "g", "e"]
    assert [line.by for line in engine.cases.history(case) if line.element == "a"] == ["sam"] * 3
    assert engine.cases.history(case)[0].by == "olu"


def test_a_completion_is_few_statements_and_one_commit(engine: Engine) -> None:
    deploy(engine, REMINDED)
    for _ in range(2):  # the first fills the cache of definitions
        case = engine.cases.start("p")
        clock_of(engine).advance(DAY)
        engine.jobs.run_due()
        ident = task(engine, "a", case)
        with Statements(engine) as counted:
            engine.tasks.complete(ident, {"said": "yes"}, by="sam")
    assert waiting(engine, case) == ["b"]
    assert (counted.commits, len(counted.sent) <= 15) == (1, True), "\n".join(counted.sent)


def test_a_loop_costs_the_same_statements_each_time(engine: Engine) -> None:
    deploy(engine, LOOP)
    case = engine.cases.start("p")
    numbers = []
    for _ in range(12):
        ident = task(engine, "a", case)
        with Statements(engine) as counted:
            engine.tasks.complete(ident, {"again": True})
        numbers.append((len(counted.sent), counted.commits))
    assert len(set(numbers[1:])) == 1
    assert numbers[-1][0] <= 12


def test_completing_twice_says_who_did_it(engine: Engine) -> None:
    deploy(engine, LOOP)
    case = engine.cases.start("p")
    ident = task(engine, "a", case)
    engine.tasks.complete(ident, {"again": True}, by="sam", note="seen")
    with pytest.raises(TaskNotOpen, match="completed by sam on 7 September 2026"):
        engine.tasks.complete(ident, {"again": False}, by="olu")
    assert engine.cases.get(case).status == "active"
    with engine.reading() as session:
        found = queries.task(session, ident)
    assert (found.values, found.note, found.ended_by) == ({"again": True}, "seen", "sam")


def test_roles_decide_who_completes(town: Engine) -> None:
    case = town.cases.start("p", by=SEO)
    ident = task(town, "a", case)
    with pytest.raises(TaskNotYours, match="seo"):
        town.tasks.complete(ident, {}, by=CLERK)
    with pytest.raises(TaskNotFound):
        town.tasks.complete(ident, {}, by=STRANGER)
    assert waiting(town, case) == ["a"]
    town.tasks.complete(ident, {"again": False}, by=SEO)
    assert town.cases.get(case).status == "completed"


def test_a_claimed_task_is_one_persons(town: Engine) -> None:
    ident = task(town, "a", town.cases.start("p", by=SEO))
    town.tasks.claim(ident, SEO)
    town.tasks.claim(ident, SEO)
    for refused in (town.tasks.claim, town.tasks.unclaim, lambda i, by: town.tasks.complete(i, {}, by)):
        with pytest.raises(TaskClaimed, match="sam"):
            refused(ident, OTHER_SEO)
    with pytest.raises(TaskNotYours):
        town.tasks.claim(ident, CLERK)
    town.tasks.unclaim(ident, SEO)
    town.tasks.claim(ident, OTHER_SEO)
    assert town.tasks.open()[0].assignee == "olu"


def test_a_task_given_to_one_person_is_nobody_elses(engine: Engine) -> None:
    deploy(engine, bpmn(ENDED + '<userTask id="a" camunda:assignee="= who"/>', "s>a a>e"), authority="town")
    ident = task(engine, "a", engine.cases.start("p", variables={"who": "sam"}, by=SEO))
    with pytest.raises(TaskNotYours):
        engine.tasks.complete(ident, {}, OTHER_SEO)
    with pytest.raises(TaskNotYours):
        engine.tasks.unclaim(ident, SEO)
    engine.tasks.complete(ident, {}, SEO)


def test_only_starters_start(engine: Engine) -> None:
    xml = LOOP.replace(b'isExecutable="true"', b'isExecutable="true" camunda:candidateStarterGroups="clerk"')
    deploy(engine, xml, authority="town")
    with pytest.raises(NotAStarter, match="clerk"):
        engine.cases.start("p", by=SEO)
    assert engine.cases.start("p", by=CLERK) == engine.tasks.open()[0].instance_id


def test_unknown_things_are_refused(town: Engine) -> None:
    with pytest.raises(DefinitionNotFound, match="nothing"):
        town.cases.start("nothing", by=SEO)
    with pytest.raises(DefinitionNotFound):
        town.cases.start("p", by=STRANGER)
    with pytest.raises(SchoolNotFound, match="999999"):
        town.cases.start("p", by=SEO, school="999999")
    with pytest.raises(BusinessKeyTooLong):
        town.cases.start("p", "x" * 251, by=SEO)
    with pytest.raises(TaskNotFound):
        town.tasks.complete(12345, {}, SEO)
    with pytest.raises(InstanceNotFound):
        town.cases.get(12345)
    with pytest.raises(InstanceNotFound):
        town.cases.cancel(12345, "why", SEO)
    assert town.tasks.open() == []


def test_a_case_for_a_school_has_the_school(town: Engine) -> None:
    assert town.schools.import_file(SCHOOLS, "town").added == 2
    case = town.cases.start("p", by=SEO, school="100001")
    assert town.cases.variables(case)["school"] == {
        "urn": "100001",
        "name": "Sampleby",
        "phase": "primary",
        "type": "voluntary aided",
        "aided": True,
        "academy": False,
        "maintained": True,
        "status": "open",
        "closed": False,
        "diocese": "Example",
        "trust": "",
        "head": "",
        "governance": "",
        "link_adviser": "",
        "category": "",
    }
    row = town.cases.get(case)
    assert (row.business_key, row.school_urn, row.school_name) == ("URN 100001", "100001", "Sampleby")


def test_stopping_a_case_ends_all_that_waits(engine: Engine) -> None:
    deploy(engine, REMINDED)
    case = engine.cases.start("p")
    engine.cases.cancel(case, "opened by mistake", by="mo")
    row = engine.cases.get(case)
    assert (row.status, row.reason, engine.tasks.open(case), engine.jobs.next_due()) == (
        "cancelled",
        "opened by mistake",
        [],
        None,
    )
    assert engine.cases.history(case)[-1].how == "stopped"
    with pytest.raises(InstanceEnded):
        engine.cases.cancel(case, "again")
    with pytest.raises(TaskNotOpen):
        engine.tasks.complete(1, {})


def test_a_step_that_fails_changes_nothing_and_leaves_one_incident(engine: Engine) -> None:
    broken = bpmn(
        '<startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g"/><userTask id="b"/><endEvent id="e"/>',
        "s>a a>g g>b[n > 0] b>e",
    )
    deploy(engine, broken)
    case = engine.cases.start("p")
    ident = task(engine, "a", case)
    for _ in range(2):
        with pytest.raises(Exception, match='"g"'):
            engine.tasks.complete(ident, {"n": -1}, by="sam")
    assert waiting(engine, case) == ["a"]
    assert engine.cases.variables(case) == {}
    with engine.reading() as session:
        detail = queries.instance_detail(session, case)
    assert [(i.kind, i.retriable, '"g"' in i.message) for i in detail.incidents] == [("step", True, True)]
    engine.tasks.complete(ident, {"n": 1}, by="sam")
    assert engine.cases.get(case).incidents == 0
    assert waiting(engine, case) == ["b"]


def test_changing_a_variable_moves_what_waits_on_it(engine: Engine) -> None:
    xml = bpmn(
        '<startEvent id="s"/><endEvent id="e"/><intermediateCatchEvent id="w"><conditionalEventDefinition>'
        "<condition>= ready</condition>"
        '</conditionalEventDefinition></intermediateCatchEvent><userTask id="a"/>',
        "s>w w>a a>e",
    )
    deploy(engine, xml)
    case = engine.cases.start("p", variables={"ready": False})
    engine.cases.set_variables(case, {"ready": True}, by="mo")
    assert waiting(engine, case) == ["a"]
    changed = engine.cases.history(case)[-1]
    assert (changed.how, changed.by, changed.detail) == ("changed", "mo", {"variables": ["ready"]})


class TestDeploying:
    def test_the_same_content_again_is_the_same_deployment(self, engine: Engine) -> None:
        first = engine.deployments.deploy({"p.bpmn": LOOP}, strict=False)
        again = engine.deployments.deploy({"renamed.bpmn": LOOP}, strict=False, note="again")
        assert (first.processes, first.new, again.processes, again.new, again.id) == (
            {"p": 1},
            True,
            {},
            False,
            first.id,
        )

    def test_a_change_is_a_new_version_and_running_cases_keep_theirs(self, engine: Engine) -> None:
        deploy(engine, LOOP)
        old = engine.cases.start("p")
        deploy(engine, LOOP.replace(b"Review", b"Look"))
        new = engine.cases.start("p")
        assert [t.name for t in engine.tasks.open()] == ["Review", "Look"]
        assert (engine.cases.get(old).version, engine.cases.get(new).version) == (1, 2)
        deploy(engine, LOOP)
        with engine.reading() as session:
            assert [(v.version, v.latest) for v in queries.versions(session, "p")] == [
                (3, True),
                (2, False),
                (1, False),
            ]

    def test_callers_follow_what_they_call(self, engine: Engine) -> None:
        inner = bpmn(ENDED + '<userTask id="a" name="Old"/>', "s>a a>e", key="inner")
        outer = bpmn(ENDED + '<callActivity id="c" calledElement="inner"/>', "s>c c>e", key="outer")
        engine.deployments.deploy({"inner.bpmn": inner, "outer.bpmn": outer}, strict=False)
        running_case = engine.cases.start("outer")
        done = engine.deployments.deploy({"inner.bpmn": inner.replace(b"Old", b"New")}, strict=False)
        assert done.processes == {"inner": 2, "outer": 2}
        engine.cases.start("outer")
        assert [t.name for t in engine.tasks.open()] == ["Old", "New"]
        engine.tasks.complete(task(engine, "a", running_case))
        assert engine.cases.trace(running_case) == ["s", "s", "a", "e", "c", "e"]

    def test_processes_may_call_each_other_in_a_ring(self, engine: Engine) -> None:
        one = bpmn(
            ENDED + '<exclusiveGateway id="g" default="f_g_u"/><callActivity id="c" calledElement="two"/>'
            '<userTask id="u"/>',
            "s>g g>c[n > 0] g>u c>u u>e",
            key="one",
        )
        two = bpmn(
            ENDED + '<callActivity id="c" calledElement="one"><extensionElements>'
            '<camunda:in sourceExpression="n - 1" target="n"/></extensionElements></callActivity>',
            "s>c c>e",
            key="two",
        )
        engine.deployments.deploy({"one.bpmn": one, "two.bpmn": two}, strict=False)
        case = engine.cases.start("one", variables={"n": 2})
        while engine.tasks.open(case):
            engine.tasks.complete(engine.tasks.open(case)[0].id)
        assert engine.cases.trace(case).count("u") == 3

    def test_a_refusal_writes_nothing(self, engine: Engine) -> None:
        with pytest.raises(DeploymentRefused) as refused:
            engine.deployments.deploy({"p.bpmn": LOOP, "bad.bpmn": b"<nonsense"}, strict=False)
        assert [f.file for f in refused.value.findings if f.severity == "error"] == ["bad.bpmn"]
        with pytest.raises(DefinitionNotFound):
            engine.cases.start("p")
        with pytest.raises(DeploymentEmpty):
            engine.deployments.deploy({})

    def test_two_files_with_one_process_are_refused(self, engine: Engine) -> None:
        with pytest.raises(DeploymentRefused, match="stands in"):
            engine.deployments.deploy({"p.bpmn": LOOP, "q.bpmn": LOOP.replace(b"Review", b"Look")}, strict=False)

    def test_strict_wants_forms_and_known_roles(self, database_url: str) -> None:
        engine = running(database_url, config=Config(authorities={"town": authority("town")}))
        found = engine.deployments.check({"p.bpmn": LOOP.replace(b'"seo"', b'"wizard"')}, "town")
        assert any("wizard" in finding.message for finding in found)
        with pytest.raises(DeploymentRefused):
            engine.deployments.deploy({"p.bpmn": LOOP}, "town")

    def test_a_form_is_bound_and_its_change_is_a_new_version(self, engine: Engine) -> None:
        form = (
            b'{"type":"default","id":"look","schemaVersion":18,"components":'
            b'[{"type":"textfield","key":"x","label":"What?"}]}'
        )
        xml = bpmn(ENDED + '<userTask id="a" camunda:formKey="town/look"/>', "s>a a>e")
        engine.deployments.deploy({"p.bpmn": xml, "forms/town/look.form": form}, "town", strict=False)
        old = task(engine, "a", engine.cases.start("p", by=SEO))
        done = engine.deployments.deploy({"look.form": form.replace(b"What?", b"Why?")}, "town", strict=False)
        assert (done.forms, done.processes) == ({"town/look": 2}, {"p": 2})
        new = task(engine, "a", engine.cases.start("p", by=SEO))
        with engine.reading(SEO) as session:
            forms = [queries.task(session, ident).form for ident in (old, new)]
        assert [b"What?" in (each or b"") for each in forms] == [True, False]


def test_a_timer_moves_with_its_clock(engine: Engine) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p")
    assert engine.jobs.run_due() == 0
    clock_of(engine).advance(DAY)
    assert engine.jobs.run_due() == 1
    assert waiting(engine, case) == ["a"]


def test_a_notification_is_for_its_roles(engine: Engine) -> None:
    notify = (
        '<sendTask id="n" camunda:type="external" camunda:topic="notify"><extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="to">seo, head</camunda:inputParameter>'
        '<camunda:inputParameter name="subject">A case has begun</camunda:inputParameter>'
        '<camunda:inputParameter name="text">Look at it.</camunda:inputParameter>'
        "</camunda:inputOutput></extensionElements></sendTask>"
    )
    deploy(engine, bpmn(f'{ENDED}{notify}<userTask id="a"/>', "s>n n>a a>e"), authority="town")
    engine.cases.start("p", by=SEO)
    for scope, number in ((SEO, 1), (CLERK, 0), (STRANGER, 0)):
        with engine.reading(scope) as session:
            assert len(queries.notifications(session, scope)) == number


def test_a_notification_ends_a_sentence_once(engine: Engine) -> None:
    """An answer may end with a full stop, and the diagram that quotes it adds its own."""
    notify = (
        '<sendTask id="n" camunda:type="external" camunda:topic="notify"><extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="to">seo</camunda:inputParameter>'
        '<camunda:inputParameter name="subject">A meeting</camunda:inputParameter>'
        '<camunda:inputParameter name="text">= "At " + place + ". More follows..."</camunda:inputParameter>'
        "</camunda:inputOutput></extensionElements></sendTask>"
    )
    deploy(engine, bpmn(f"{ENDED}{notify}", "s>n n>e"), authority="town")
    engine.cases.start("p", variables={"place": "the hall."}, by=SEO)
    with engine.reading(SEO) as session:
        [told] = queries.notifications(session, SEO)
    assert told.text == "At the hall. More follows..."


def test_a_multi_instance_task_is_a_row_each(engine: Engine) -> None:
    loop = '<multiInstanceLoopCharacteristics camunda:collection="panel" camunda:elementVariable="member"/>'
    deploy(engine, bpmn(f'{ENDED}<userTask id="a" camunda:assignee="= member">{loop}</userTask>', "s>a a>e"))
    case = engine.cases.start("p", variables={"panel": ["ann", "bob"]})
    assert [t.assignee for t in engine.tasks.open(case)] == ["ann", "bob"]
    with engine.reading() as session:
        assert queries.task(session, engine.tasks.open(case)[1].id).variables["member"] == "bob"
    for each in engine.tasks.open(case):
        engine.tasks.complete(each.id)
    assert engine.cases.get(case).status == "completed"


def test_candidate_groups_may_change_with_the_variables(engine: Engine) -> None:
    xml = bpmn(
        '<startEvent id="s"/><parallelGateway id="g"/><userTask id="a" camunda:candidateGroups="= who"/>'
        '<userTask id="b"/><endEvent id="e"/>',
        "s>g g>a g>b a>e b>e",
    )
    deploy(engine, xml, authority="town")
    case = engine.cases.start("p", variables={"who": ["clerk"]}, by=SEO)
    with engine.reading(SEO) as session:
        assert [t.element for t in queries.inbox(session, SEO).items] == ["b"]
    engine.tasks.complete(task(engine, "b", case), {"who": ["seo"]}, by=SEO)
    with engine.reading(SEO) as session:
        assert [t.element for t in queries.inbox(session, SEO).items] == ["a"]
