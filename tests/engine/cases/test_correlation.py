"""Messages and signals: which case they reach, which process they start, and what becomes of those that nobody
wants."""

import pytest

from engine import Engine, Scope, queries
from engine.errors import MessageAmbiguous, MessageNotExpected, MessageNotFound
from tests.engine.running import MESSAGES, RECEIVER, THROWER, deploy, running, started_by, waiting
from tests.engine.spiff.cases import bpmn, prop

STARTED = started_by('<messageEventDefinition messageRef="m2"/>')
BY_URN = bpmn(
    f'<startEvent id="s"/><receiveTask id="w" messageRef="m1">{prop(correlationKey="= urn")}</receiveTask>'
    '<endEvent id="e"/>',
    "s>w w>e",
    MESSAGES,
    "by_urn",
)
LISTENER = bpmn(
    '<startEvent id="s"/><intermediateCatchEvent id="w"><signalEventDefinition signalRef="s1"/>'
    '</intermediateCatchEvent><userTask id="a"/><endEvent id="e"/>',
    "s>w w>a a>e",
    MESSAGES,
    "listener",
)
SIGNALLED = started_by('<signalEventDefinition signalRef="s1"/>', "signalled")


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url)
    deploy(engine, RECEIVER, "receiver")
    return engine


def test_a_message_reaches_the_case_with_its_key(engine: Engine) -> None:
    first, second = engine.cases.start("receiver", "one"), engine.cases.start("receiver", "two")
    assert engine.messages.correlate("reply", {"business_key": "two"}, {"grade": "good"}, by="sam") == [second]
    assert (waiting(engine, first), waiting(engine, second)) == ([], ["a"])
    assert engine.cases.variables(second) == {"grade": "good"}
    line = next(each for each in engine.cases.history(second) if each.element == "w")
    assert (line.by, line.detail) == ("sam", {"message": "reply"})


def test_a_key_may_stand_with_its_name_in_a_business_key(engine: Engine) -> None:
    case = engine.cases.start("receiver", "URN 100001")
    assert engine.messages.correlate("reply", {"urn": "100001"}) == [case]


def test_a_correlation_key_of_the_diagram_is_used(engine: Engine) -> None:
    deploy(engine, BY_URN, "by_urn")
    case = engine.cases.start("by_urn", variables={"urn": "100001"})
    engine.cases.start("by_urn", variables={"urn": "100002"})
    assert engine.messages.correlate("reply", {"urn": "100001"}) == [case]
    assert engine.cases.get(case).status == "completed"


def test_without_keys_one_waiting_case_is_enough_and_two_are_too_many(engine: Engine) -> None:
    case = engine.cases.start("receiver", "one")
    assert engine.messages.correlate("reply") == [case]
    engine.cases.start("receiver", "two")
    engine.cases.start("receiver", "three")
    with pytest.raises(MessageAmbiguous):
        engine.messages.correlate("reply")
    with pytest.raises(MessageAmbiguous):
        engine.cases.start("receiver", "two")
        engine.messages.correlate("reply", {"k": "two"})
    assert engine.tasks.open() == engine.tasks.open(case)


def test_each_process_that_waits_gets_it_once(engine: Engine) -> None:
    deploy(engine, BY_URN, "by_urn")
    one, two = engine.cases.start("receiver", "7"), engine.cases.start("by_urn", variables={"urn": "7"})
    assert engine.messages.correlate("reply", {"urn": "7"}) == [one, two]
    assert (waiting(engine, one), engine.cases.get(two).status) == (["a"], "active")
    assert engine.jobs.run_due() == 1
    assert engine.cases.get(two).status == "completed"


def test_a_message_that_nobody_wants_is_refused(engine: Engine) -> None:
    engine.cases.start("receiver", "one")
    with pytest.raises(MessageNotExpected, match="urn 5"):
        engine.messages.correlate("reply", {"urn": "5"})
    with pytest.raises(MessageNotExpected):
        engine.messages.correlate("unknown")


def test_a_message_starts_a_process_for_the_school_it_names(engine: Engine) -> None:
    engine.schools.import_file(b"urn,name,phase,type\n100001,Sampleby,primary,community\n", "")
    deploy(engine, STARTED, "started")
    [case] = engine.messages.correlate("request", {"urn": "100001"}, {"why": "results"})
    assert engine.cases.get(case).school_urn == "100001"
    assert engine.cases.variables(case)["why"] == "results"
    deploy(engine, STARTED.replace(b'id="a"', b'id="a" name="New"'), "started")
    engine.messages.correlate("request", {"urn": "100002"})
    assert [t.name for t in engine.tasks.open()] == ["a", "New"]


def test_a_thrown_message_is_delivered_by_the_dispatcher(engine: Engine) -> None:
    deploy(engine, THROWER, "thrower")
    case = engine.cases.start("receiver", "one")
    assert engine.cases.get(engine.cases.start("thrower", variables={"target": "one"})).status == "completed"
    assert waiting(engine, case) == []
    assert engine.jobs.run_due() == 1
    assert waiting(engine, case) == ["a"]


def test_a_thrown_message_that_nobody_wants_stays_visible_until_it_is_sent_again(engine: Engine) -> None:
    deploy(engine, THROWER, "thrower")
    engine.cases.start("thrower", variables={"target": "one"})
    engine.jobs.run_due()
    with engine.reading() as session:
        [message] = queries.undelivered(session)
    assert (message.name, message.keys) == ("reply", {"key": "one"})
    case = engine.cases.start("receiver", "one")
    engine.messages.resend(message.id)
    assert engine.jobs.run_due() == 1
    assert waiting(engine, case) == ["a"]
    with pytest.raises(MessageNotFound):
        engine.messages.resend(message.id)


def test_a_signal_reaches_everyone_and_starts_what_begins_with_it(engine: Engine) -> None:
    deploy(engine, LISTENER, "listener")
    deploy(engine, SIGNALLED, "signalled")
    heard = [engine.cases.start("listener") for _ in range(3)]
    engine.messages.signal("alarm", {"level": 3})
    engine.jobs.run_due()
    assert [waiting(engine, each) for each in heard] == [["a"]] * 3
    assert all(engine.cases.variables(t.instance_id) == {"level": 3} for t in engine.tasks.open())
    assert sorted(t.process for t in engine.tasks.open()) == ["listener"] * 3 + ["signalled"]


def test_a_message_stays_in_its_authority(database_url: str) -> None:
    engine = running(database_url)
    for each in ("town", "village"):
        deploy(engine, RECEIVER, "receiver", each)
    theirs = engine.cases.start("receiver", "one", authority="village")
    with pytest.raises(MessageNotExpected):
        engine.messages.correlate("reply", {"k": "one"}, by=Scope("town", frozenset(), "sam"))
    with pytest.raises(MessageNotExpected):
        engine.messages.correlate("reply", {"k": "one"}, authority="town")
    assert engine.messages.correlate("reply", {"k": "one"}, authority="village") == [theirs]


def test_a_message_reaches_a_case_and_what_it_called_once_each(engine: Engine) -> None:
    beside = (
        '<subProcess id="{0}x" triggeredByEvent="true"><startEvent id="{0}h" isInterrupting="false">'
        '<messageEventDefinition messageRef="m1"/></startEvent><userTask id="{0}t"/>'
        '<sequenceFlow id="{0}f" sourceRef="{0}h" targetRef="{0}t"/></subProcess>'
    )
    inner = '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>' + beside.format("in")
    outer = '<startEvent id="s"/><callActivity id="c" calledElement="inner"/><endEvent id="e"/>' + beside.format("out")
    deploy(engine, bpmn(inner, "s>a a>e", MESSAGES, "inner"), "inner")
    deploy(engine, bpmn(outer, "s>c c>e", MESSAGES, "outer"), "outer")
    case = engine.cases.start("outer", "one")
    assert engine.messages.correlate("reply", {"k": "one"}) == [case]
    engine.jobs.run_due()
    assert sorted(each.element for each in engine.tasks.open(case)) == ["a", "int", "outt"]
