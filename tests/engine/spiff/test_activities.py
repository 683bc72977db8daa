"""Activities: tasks, loops, multi-instance, subprocesses, calls (BPMN 2.0.2 sections 13.3.2 to 13.3.7)."""

import pytest

from engine.errors import CalledProcessMissing, ValueUnfit
from tests.engine.spiff.cases import Case, bpmn, prop

START_END = '<startEvent id="s"/><endEvent id="e"/>'
ITEMS = 'camunda:collection="= bodies" camunda:elementVariable="body"'


def test_script_task_sets_its_result():
    body = (
        START_END
        + '<scriptTask id="a" scriptFormat="feel" camunda:resultVariable="n"><script>= n + 1</script></scriptTask>'
    )
    assert Case(bpmn(body, "s>a a>e")).start(n=41).variables == {"n": 42}


def test_manual_and_abstract_tasks_pass_through():
    case = Case(bpmn(START_END + '<manualTask id="a"/><task id="b"/>', "s>a a>b b>e")).start()
    assert case.done
    assert case.trace == ["s", "a", "b", "e"]


def test_notify_tells_the_roles():
    body = START_END + (
        '<sendTask id="n" name="Tell" camunda:type="external" camunda:topic="notify"><extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="to">seo, clerk</camunda:inputParameter>'
        '<camunda:inputParameter name="text">= "About " + name</camunda:inputParameter>'
        "</camunda:inputOutput></extensionElements></sendTask>"
    )
    (told,) = Case(bpmn(body, "s>n n>e")).start(name="Elm").now_out.notifications
    assert (told.to, told.subject, told.text) == (("seo", "clerk"), "Tell", "About Elm")


def test_user_task_carries_what_the_diagram_says():
    body = (
        START_END
        + '<userTask id="a" name="Write" camunda:formKey="x/y" camunda:candidateGroups="seo,clerk" camunda:dueDate="P2D" camunda:priority="70"/>'
    )
    (task,) = Case(bpmn(body, "s>a a>e")).start().now_out.user_tasks
    assert (task.name, task.form_key, task.candidate_groups, task.priority) == ("Write", "x/y", ("seo", "clerk"), 70)
    assert task.due is not None
    assert str(task.due.date()) == "2026-09-09"


def test_start_quantity_waits_and_completion_quantity_multiplies():
    body = (
        START_END
        + '<parallelGateway id="g"/><userTask id="a" startQuantity="2"/><userTask id="b" completionQuantity="2"/><userTask id="z"/>'
    )
    case = Case(bpmn(body, "s>g g>a g>b b>a a>z z>e")).start()
    assert case.waiting == ["b"]
    case.complete("b")
    assert case.waiting == ["a"], "three tokens: two make one run, the third waits"
    assert case.complete("a").complete("z").waiting == []


def test_parallel_multi_instance_asks_each_and_collects_in_order():
    loop = f"<multiInstanceLoopCharacteristics {ITEMS}/>"
    body = (
        START_END
        + f'<userTask id="a">{prop(outputCollection="answers", outputElement="= body + answer")}{loop}</userTask>'
    )
    case = Case(bpmn(body, "s>a a>e")).start(bodies=["x", "y", "z"])
    assert case.waiting == ["a", "a", "a"]
    by_body = {t.local_variables["body"]: t.token for t in case.now_out.user_tasks}
    from engine.steps import Complete

    for name in ("z", "x", "y"):
        case.step(Complete(by_body[name], {"answer": f"-{name}"}))
    assert case.done
    assert case.variables["answers"] == ["x-x", "y-y", "z-z"]
    assert "answer" not in case.variables
    assert case.trace == ["s", "a", "a", "a", "e"]


def test_sequential_multi_instance_runs_one_after_another():
    loop = f'<multiInstanceLoopCharacteristics isSequential="true" {ITEMS}/>'
    case = Case(bpmn(START_END + f'<userTask id="a">{loop}</userTask>', "s>a a>e")).start(bodies=["x", "y"])
    assert [t.local_variables["body"] for t in case.now_out.user_tasks] == ["x"]
    case.complete("a", last="one")
    assert [t.local_variables["body"] for t in case.now_out.user_tasks] == ["y"]
    assert case.complete("a", last="two").done
    assert case.variables["last"] == "two"


def test_completion_condition_cancels_the_rest():
    loop = f"<multiInstanceLoopCharacteristics {ITEMS}><completionCondition>= numberOfCompletedInstances = 2</completionCondition></multiInstanceLoopCharacteristics>"
    case = Case(bpmn(START_END + f'<userTask id="a">{loop}</userTask>', "s>a a>e")).start(bodies=[1, 2, 3])
    assert case.complete("a").complete("a").done
    assert case.cancelled == ["a"]


def test_multi_instance_over_nothing_goes_straight_on():
    loop = f"<multiInstanceLoopCharacteristics {ITEMS}/>"
    body = (
        START_END
        + f'<scriptTask id="a" scriptFormat="feel" camunda:resultVariable="n"><script>= 1</script>{loop}</scriptTask>'
    )
    case = Case(bpmn(body, "s>a a>e")).start(bodies=[])
    assert case.done
    assert "n" not in case.variables


def test_multi_instance_over_no_list_is_an_error():
    loop = f"<multiInstanceLoopCharacteristics {ITEMS}/>"
    with pytest.raises(ValueUnfit, match="a list is needed"):
        Case(bpmn(START_END + f'<userTask id="a">{loop}</userTask>', "s>a a>e")).start(bodies="x")


def test_multi_instance_by_cardinality_and_standard_collections():
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>= n</loopCardinality></multiInstanceLoopCharacteristics>"
    assert Case(bpmn(START_END + f'<userTask id="a">{loop}</userTask>', "s>a a>e")).start(n=2).waiting == ["a", "a"]
    data = '<dataObject id="do1" name="bodies"/>'
    loop = '<multiInstanceLoopCharacteristics><loopDataInputRef>do1</loopDataInputRef><inputDataItem id="i1" name="body"/></multiInstanceLoopCharacteristics>'
    case = Case(bpmn(START_END + data + f'<userTask id="a">{loop}</userTask>', "s>a a>e")).start(bodies=["q"])
    assert case.seen_at("a")["body"] == "q"


def test_standard_loop_repeats_while_its_condition_holds():
    loop = "<standardLoopCharacteristics><loopCondition>= again</loopCondition></standardLoopCharacteristics>"
    case = Case(bpmn(START_END + f'<userTask id="a">{loop}</userTask>', "s>a a>e")).start(again=True)
    assert case.complete("a", again=True).waiting == ["a"]
    assert case.complete("a", again=False).done


def test_standard_loop_tested_before_may_not_run_at_all_and_has_a_maximum():
    loop = '<standardLoopCharacteristics testBefore="true" loopMaximum="2"><loopCondition>= again</loopCondition></standardLoopCharacteristics>'
    xml = bpmn(START_END + f'<userTask id="a">{loop}</userTask>', "s>a a>e")
    assert Case(xml).start(again=False).done
    assert Case(xml).start(again=True).complete("a").complete("a").done


SUB = '<subProcess id="p1"><startEvent id="ps"/><userTask id="a"/><endEvent id="pe"/>%s</subProcess>'
INNER = '<sequenceFlow id="f1" sourceRef="ps" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="pe"/>'


def test_subprocess_shares_variables_and_ends_when_empty():
    case = Case(bpmn(START_END + SUB % INNER + '<userTask id="z"/>', "s>p1 p1>z z>e")).start()
    assert case.waiting == ["a"]
    assert case.complete("a", x=1).waiting == ["z"]
    assert case.variables == {"x": 1}
    assert case.complete("z").trace == ["s", "ps", "a", "pe", "p1", "z", "e"]


def test_multi_instance_subprocess_has_its_own_element_in_each():
    loop = f"<multiInstanceLoopCharacteristics {ITEMS}/>"
    case = Case(bpmn(START_END + SUB % (INNER + loop), "s>p1 p1>e")).start(bodies=["x", "y"])
    assert sorted(t.local_variables["body"] for t in case.now_out.user_tasks) == ["x", "y"]
    assert not case.complete("a").done
    assert case.complete("a").done


CHILD = bpmn('<startEvent id="cs"/><userTask id="c"/><endEvent id="ce"/>', "cs>c c>ce", key="child")


def test_call_activity_hands_everything_in_and_out_when_the_diagram_says_nothing():
    case = Case(bpmn(START_END + '<callActivity id="k" calledElement="child"/>', "s>k k>e"), {"child": CHILD}).start(
        a=1
    )
    assert case.seen_at("c") == {"a": 1}
    (task,) = case.now_out.user_tasks
    assert task.process == "child"
    assert case.complete("c", b=2).done
    assert case.variables == {"a": 1, "b": 2}


def test_call_activity_maps_only_what_it_names():
    maps = (
        '<extensionElements><camunda:in source="a" target="x"/><camunda:in sourceExpression="a + 1" target="y"/>'
        '<camunda:out source="r" target="result"/></extensionElements>'
    )
    body = START_END + f'<callActivity id="k" calledElement="child">{maps}</callActivity>'
    case = Case(bpmn(body, "s>k k>e"), {"child": CHILD}).start(a=1, secret=2)
    assert case.seen_at("c") == {"x": 1, "y": 2}
    assert case.complete("c", r="ok", other=1).variables == {"a": 1, "secret": 2, "result": "ok"}


def test_calling_what_is_not_deployed_is_an_error():
    with pytest.raises(CalledProcessMissing, match='calls the process "nowhere"'):
        Case(bpmn(START_END + '<callActivity id="k" name="Notice" calledElement="nowhere"/>', "s>k k>e")).start()


def test_input_and_output_parameters():
    io = (
        '<extensionElements><camunda:inputOutput><camunda:inputParameter name="label">= "for " + a</camunda:inputParameter>'
        '<camunda:outputParameter name="kept">= answer</camunda:outputParameter></camunda:inputOutput></extensionElements>'
    )
    case = Case(bpmn(START_END + f'<userTask id="t">{io}</userTask>', "s>t t>e")).start(a="x")
    assert case.seen_at("t")["label"] == "for x"
    assert case.complete("t", answer=1, scrap=2).variables == {"a": "x", "kept": 1}
