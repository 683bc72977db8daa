"""PW-87x: names and types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from engine.feel import Feel
from engine.forms import load_form
from engine.lint import Finding, Known
from engine.lint.bundle import check_bundle, read_bundle
from engine.lint.names import sources
from engine.schools import register
from engine.store.tables import School
from tests.engine.lint.drawing import MESSAGE, Case, around, draw, found, inputs, prop, prove


def _form(*components: Mapping[str, Any]) -> Any:
    return load_form({"type": "default", "id": "f", "schemaVersion": 18, "components": list(components)})


def _radio(key: str, *values: object) -> dict[str, Any]:
    options = [{"label": str(value).title(), "value": value} for value in values]
    return {"type": "radio", "id": f"Field_{key}", "key": key, "label": f"Which {key}?", "values": options}


JUDGE = _form(
    _radio("judgement", "good", "inadequate"),
    {"type": "number", "id": "Field_score", "key": "score", "label": "Score"},
    {"type": "datetime", "id": "Field_met_on", "key": "met_on", "label": "Met on"},
)
KNOWN = Known(
    forms={"here/judge": JUDGE, "here/empty": _form()},
    roles=frozenset({"seo", "clerk"}),
    decisions={},
    processes=frozenset(),
    settings={"wait": "10 working days", "notices": "no"},
    categories=frozenset({"", "targeted", "universal"}),
)
CATEGORY = 'camunda:type="external" camunda:topic="category"'
ASK = 'camunda:formKey="here/judge" camunda:candidateGroups="seo"'


def _after(condition: str, task: str = f'<userTask id="t" name="Judge" {ASK}/>', roots: str = "") -> str:
    """A judgement, and a gateway whose first way has this condition."""
    gateway = '<exclusiveGateway id="g" default="g_f"/>'
    return around(f'{task}{gateway}<endEvent id="f"/>', f"s>t t>g g>e[{condition}] g>f", roots)


def _task(attributes: str, inner: str = "", roots: str = "") -> str:
    """A judgement, and then another task."""
    body = f'<userTask id="t" name="Judge" {ASK}/><userTask id="u" name="Act" {attributes}>{inner}</userTask>'
    return around(body, "s>t t>u u>e", roots)


def _known(*components: Mapping[str, Any]) -> Known:
    forms = {**(KNOWN.forms or {}), "here/act": _form(*components)}
    return replace(KNOWN, forms=forms)


def _case(code: str, bad: str, good: str) -> Case:
    return Case(code, bad, good, strict=True, known=KNOWN)


def _several(properties: str = "") -> str:
    loop = f'<multiInstanceLoopCharacteristics camunda:collection="= [1, 2]">{properties}</multiInstanceLoopCharacteristics>'
    return around(f'<userTask id="t" name="Judge" {ASK}>{loop}</userTask>')


def _told(payload: str) -> str:
    event = '<messageEventDefinition messageRef="m"/>'
    return around(
        f'<intermediateCatchEvent id="t">{prop(payload=payload)}{event}</intermediateCatchEvent>', roots=MESSAGE
    )


def _school_changed(read: str) -> str:
    """A wait for the message that the engine itself throws, and a gateway that reads what it brings."""
    event = '<intermediateCatchEvent id="t"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    return _after(f'{read} = "academy"', event, MESSAGE.replace('name="Hello"', 'name="school-changed"'))


def _process(when: str) -> str:
    """A process for some schools only."""
    return draw(f'{prop(startWhen=when)}<startEvent id="s"/><task id="t"/><endEvent id="e"/>', "s>t t>e")


def _silent(context: str, condition: str = 'judgement = "good"') -> str:
    """A judgement without which the case goes on, and a gateway whose first way has this condition."""
    silence = prop(onBehalf="seo", noAnswer=context.replace('"', "&quot;"))
    task = f'<userTask id="t" name="Judge" {ASK} camunda:dueDate="5 working days">{silence}</userTask>'
    return _after(condition, task)


def _put_in(category: str) -> str:
    """A task that puts the school in a category."""
    return around(f'<serviceTask id="t" {CATEGORY}>{inputs(category=category, reason="So it is")}</serviceTask>')


def _holding(categories: str) -> str:
    """A process that holds categories, with the task that gives one."""
    task = f'<serviceTask id="t" {CATEGORY}>{inputs(category="intensive", reason="So it is")}</serviceTask>'
    return draw(f'{prop(holdsCategory=categories)}<startEvent id="s"/>{task}<endEvent id="e"/>', "s>t t>e")


def _tells(to: str) -> str:
    """A notification to roles that are worked out."""
    told = inputs(to=f"= {to}", subject="Told", text="So it is.")
    return around(f'<sendTask id="t" camunda:type="external" camunda:topic="notify">{told}</sendTask>')


def _calling(handed: str) -> str:
    """A process that calls another, which reads the school, and hands it something."""
    called = (
        '<process id="q" isExecutable="true"><startEvent id="qs"/><exclusiveGateway id="qg" default="q3"/>'
        '<endEvent id="qe"/><endEvent id="qf"/><sequenceFlow id="q1" sourceRef="qs" targetRef="qg"/>'
        '<sequenceFlow id="q2" sourceRef="qg" targetRef="qe"><conditionExpression>= school.academy</conditionExpression>'
        '</sequenceFlow><sequenceFlow id="q3" sourceRef="qg" targetRef="qf"/></process>'
    )
    mappings = f'<extensionElements><camunda:in sourceExpression="1" target="n"/>{handed}</extensionElements>'
    return around(f'<callActivity id="t" calledElement="q">{mappings}</callActivity>', roots=called)


RIGHT = _after('judgement = "good"')
COLLECTED = prop(outputCollection="all", outputElement="judgement")


def _long(tasks: int) -> str:
    """A process of so many tasks in a row."""
    names = ["s", *(f"t{at}" for at in range(tasks)), "e"]
    flows = " ".join(f"{one}>{other}" for one, other in pairwise(names))
    inner = "".join(f'<manualTask id="{name}"/>' for name in names[1:-1])
    return draw(f'<startEvent id="s"/>{inner}<endEvent id="e"/>', flows)


def _growing(lists: int, condition: str) -> str:
    """So many tasks side by side, each of which adds to one list, and then a condition."""
    tasks = [f"t{at}" for at in range(lists)]
    body = "".join(
        f'<userTask id="{each}" name="{each}" {ASK}><extensionElements><camunda:inputOutput><camunda:outputParameter '
        f'name="seen">= append(seen, "{each}")</camunda:outputParameter></camunda:inputOutput></extensionElements></userTask>'
        for each in tasks
    )
    start = (
        '<startEvent id="s"/><scriptTask id="n" scriptFormat="feel" camunda:resultVariable="seen"><script>= []</script>'
    )
    ways = " ".join(f"split>{each} {each}>join" for each in tasks)
    body = f'{start}</scriptTask><parallelGateway id="split"/>{body}<parallelGateway id="join"/>'
    end = f'<intermediateCatchEvent id="c"><conditionalEventDefinition><condition>= {condition}</condition>'
    return draw(
        f'{body}{end}</conditionalEventDefinition></intermediateCatchEvent><endEvent id="e"/>',
        f"s>n n>split {ways} join>c c>e",
    )


_CHANGED = 'list contains(changed, "{}") and now.type'
CASES = [
    _case("PW-881", _silent('= {judgement: "inadequat"}'), _silent('= {judgement: "no answer"}')),
    _case("PW-881", _silent("= {scroe: 0}"), _silent("= {unheard: true}")),
    _case("PW-881", _silent('= {score: "none"}'), _silent("= {score: 0}")),
    _case("PW-881", _silent("= 5"), _silent("= {}")),
    _case(
        "PW-872", _silent("= {}", 'judgement = "silence"'), _silent('= {judgement: "silence"}', 'judgement = "silence"')
    ),
    _case("PW-870", _growing(9, "count(sen) > 1"), _growing(9, "count(seen) > 1")),
    _case("PW-889", _long(1_600), _long(20)),
    _case("PW-870", _after('judgment = "good"'), RIGHT),
    _case("PW-870", _after('school.phace = "primary"'), _after('school.phase = "primary"')),
    _case("PW-870", _task('camunda:dueDate="= settings.wate"'), _task(f'{ASK} camunda:dueDate="= settings.wait"')),
    _case("PW-870", _process("= school.acadmy"), _process("= school.academy")),
    _case("PW-876", _process("= school.name"), _process("= school.academy")),
    _case(
        "PW-871",
        around(
            f'<exclusiveGateway id="t" default="t_v"/><userTask id="u" name="Judge" {ASK}/><exclusiveGateway id="v"/>'
            '<exclusiveGateway id="g" default="g_f"/><endEvent id="f"/>',
            's>t t>u[school.academy] t>v u>v v>g g>e[judgement = "good"] g>f',
        ),
        RIGHT,
    ),
    _case("PW-872", _after('judgement = "Good"'), RIGHT),
    _case("PW-872", _after('settings.notices = "yxs"'), _after('settings.notices = "yes"')),
    _case("PW-872", _after('met_on = "soon"'), _after('met_on = "2026-09-01"')),
    _case("PW-873", _after("judgement = 50"), _after("score = 50")),
    _case("PW-873", _after('score = "50"'), _after("score = 50")),
    _case("PW-873", _after("met_on = today()"), _after("date(met_on) = today()")),
    _case("PW-874", _after('lowercase(judgement) = "good"'), _after('lower case(judgement) = "good"')),
    _case("PW-874", _after("contains(judgement)"), _after('contains(judgement, "oo")')),
    _case("PW-875", _after("Is the school inadequate?"), RIGHT),
    _case("PW-876", _after("judgement"), RIGHT),
    _case("PW-876", _after("score + 1"), _after("score + 1 = 2")),
    _case("PW-877", _several(), _several(COLLECTED)),
    _case("PW-870", _school_changed("now.typ"), _school_changed("now.type")),
    _case(
        "PW-870",
        _task(ASK, prop(onlyWhen="= school.maintaned")),
        _task(ASK, prop(onlyWhen="= school.maintained")),
    ),
    _case("PW-880", _after('date(met_on) = date("2026-02-30")'), _after('date(met_on) = date("2026-02-28")')),
    _case("PW-880", _after('date(met_on) = @"14/10/2026"'), _after('date(met_on) = @"2026-10-14"')),
    _case("PW-880", _after("date(met_on) = date(2026, 2, 30)"), _after("date(met_on) = date(2026, 2, 28)")),
    _case("PW-880", _after('@"P1D" < duration("P1W")'), _after('score = 1 and @"P1D" < duration("P7D")')),
    _case("PW-876", _after("true"), RIGHT),
    _case("PW-876", _after('judgement = "good" and judgement = "inadequate"'), RIGHT),
    _case("PW-876", _after('judgement != "good" or judgement != "inadequate" or score = 1'), RIGHT),
    _case("PW-880", _after("score in [1..null]"), _after("score >= 1")),
    _case("PW-880", _after('month of year(date("x")) = "May"'), _after('month of year(date(met_on)) = "May"')),
    _case("PW-880", _after("score in [9..1]"), _after("score in [1..9]")),
    _case("PW-880", _after("score between 9 and 1"), _after("score between 1 and 9")),
    _case("PW-880", _after("{a: score, a: 1}.a = 1"), _after("{a: score, b: 1}.a = 1")),
    _case("PW-880", _after("score instance of integer"), _after("score instance of number")),
    _case("PW-880", _after('matches(judgement, "a") or matches("a", "[")'), _after('matches(judgement, "a")')),
    _case("PW-880", _after("{f: function(x) external {java: {}}, r: score}.r = 1"), _after("score = 1")),
    _case("PW-868", _put_in("trageted"), _put_in("universal")),
    _case("PW-868", _put_in("trageted"), _put_in("targeted")),
    _case("PW-899", _holding("intense"), _holding("intensive, targeted")),
    _case("PW-869", _calling(""), _calling('<camunda:in source="school" target="school"/>')),
    _case("PW-872", _after('school.status = "opened"'), _after('school.status = "open"')),
    _case("PW-872", _school_changed(_CHANGED.format("typ")), _school_changed(_CHANGED.format("type"))),
    _case("PW-873", _after("school.diocese = null"), _after('school.diocese = ""')),
    _case("PW-876", _after("judgement = judgement"), RIGHT),
    _case(
        "PW-879",
        _tells("&quot;seo,&quot; + (if school.academy then &quot;clark&quot; else &quot;&quot;)"),
        _tells("&quot;seo,&quot; + (if school.academy then &quot;clerk&quot; else &quot;&quot;)"),
    ),
    _case("PW-878", _told("judgement = good"), _told("judgement: text, judged_on: date")),
    _case(
        "PW-879",
        _task(
            'camunda:formKey="here/judge" camunda:candidateGroups="= if score = 1 then &quot;clark&quot; else &quot;seo&quot;"'
        ),
        _task(
            'camunda:formKey="here/judge" camunda:candidateGroups="= if score = 1 then &quot;clerk&quot; else &quot;seo&quot;"'
        ),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_variables(case: Case) -> None:
    prove(case)


def _codes(xml: str, known: Known = KNOWN) -> list[str]:
    return [one.code for one in found(xml, strict=True, known=known) if one.code.startswith("PW-87")]


def _one(xml: str, code: str, known: Known = KNOWN) -> Finding:
    [one] = [one for one in found(xml, strict=True, known=known) if one.code == code]
    return one


class TestWhatIsSaid:
    def test_the_nearest_name(self) -> None:
        assert _one(_after('judgment = "good"'), "PW-870").remedy == "Did you mean judgement?"

    def test_the_options(self) -> None:
        said = _one(_after('judgement = "excellent"'), "PW-872").remedy
        assert said == 'They are: "good", "inadequate".'

    def test_the_option_that_was_meant(self) -> None:
        assert _one(_after('judgement = "Good"'), "PW-872").remedy.startswith('Did you mean "good"?')

    def test_what_to_do_about_two_kinds(self) -> None:
        assert "number(...)" in _one(_after("judgement = 50"), "PW-873").remedy
        assert _one(_after('score > "5"'), "PW-873").remedy == "Take the quotes off the number."
        assert "date(" in _one(_after("met_on > 5"), "PW-873").remedy


class TestWhereNamesComeFrom:
    def test_a_message_s_payload_is_declared(self) -> None:
        wait = (
            f'<intermediateCatchEvent id="t">{prop(payload="verdict: &quot;good&quot; | &quot;bad&quot;")}'
            '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
        )
        assert _codes(_after('verdict = "good"', wait, MESSAGE)) == []
        assert _codes(_after('verdict = "gone"', wait, MESSAGE)) == ["PW-872"]

    def test_a_message_s_payload_is_what_its_thrower_gives(self) -> None:
        send = f'<sendTask id="t" messageRef="m">{inputs(verdict="good")}</sendTask>'
        wait = '<receiveTask id="u" messageRef="m"/>'
        gateway = '<exclusiveGateway id="g" default="g_f"/><endEvent id="f"/>'
        xml = around(send + wait + gateway, 's>t t>u u>g g>e[verdict = "bad"] g>f', MESSAGE)
        assert _codes(xml) == ["PW-872"]

    def test_a_script_gives_what_its_expression_is(self) -> None:
        script = (
            '<scriptTask id="t" scriptFormat="feel" camunda:resultVariable="next_step">'
            '<script>= if school.academy then "talk" else "act"</script></scriptTask>'
        )
        assert _codes(_after('next_step = "act"', script)) == []
        assert _codes(_after('next_step = "wait"', script)) == ["PW-872"]

    def test_an_item_of_a_collection(self) -> None:
        loop = '<multiInstanceLoopCharacteristics camunda:collection="= [{who: &quot;A&quot;}]" camunda:elementVariable="body"/>'
        task = '<userTask id="t" name="Ask" camunda:formKey="here/empty" camunda:candidateGroups="= {}">{}</userTask>'
        assert "PW-870" not in _codes(around(task.format("body.who", loop)))
        assert "PW-870" in _codes(around(task.format("body.role", loop)))

    def test_what_a_called_process_hands_back(self) -> None:
        called = (
            f'<process id="q" isExecutable="true"><startEvent id="qs"/><userTask id="qt" name="Judge" {ASK}/>'
            '<endEvent id="qe"/><sequenceFlow id="q1" sourceRef="qs" targetRef="qt"/>'
            '<sequenceFlow id="q2" sourceRef="qt" targetRef="qe"/></process>'
        )
        call = '<callActivity id="t" calledElement="q"/>'
        assert _codes(_after('judgement = "good"', call, called)) == []
        assert _codes(_after('judgement = "bad"', call, called)) == ["PW-872"]
        assert _codes(_after('judgment = "good"', call, called)) == ["PW-870"]

    def test_what_is_set_at_the_same_time_is_no_error(self) -> None:
        body = (
            f'<parallelGateway id="t"/><userTask id="u" name="Judge" {ASK}/><task id="v"/>'
            '<exclusiveGateway id="g" default="g_f"/><endEvent id="f"/><endEvent id="h"/>'
        )
        assert _codes(around(body, 's>t t>u t>v u>h v>g g>e[judgement = "good"] g>f')) == ["PW-871"]

    def test_what_is_only_set_later_is_an_error(self) -> None:
        body = f'<exclusiveGateway id="t" default="t_f"/><userTask id="u" name="Judge" {ASK}/><endEvent id="f"/>'
        assert _codes(around(body, 's>t t>u[judgement = "good"] u>e t>f')) == ["PW-870"]

    def test_a_name_tested_for_null_needs_no_warning(self) -> None:
        body = (
            f'<exclusiveGateway id="t" default="t_v"/><userTask id="u" name="Judge" {ASK}/><exclusiveGateway id="v"/>'
            '<exclusiveGateway id="g" default="g_f"/><endEvent id="f"/>'
        )
        condition = 'judgement != null and judgement = "good"'
        assert _codes(around(body, f"s>t t>u[school.academy] t>v u>v v>g g>e[{condition}] g>f")) == []

    def test_a_condition_that_is_waited_for_needs_no_warning(self) -> None:
        body = (
            f'<parallelGateway id="t"/><userTask id="u" name="Judge" {ASK}/><endEvent id="f"/><intermediateCatchEvent id="c">'
            '<conditionalEventDefinition><condition>= judgement = "good"</condition></conditionalEventDefinition>'
            "</intermediateCatchEvent>"
        )
        assert _codes(around(body, "s>t t>u t>c u>f c>e")) == []

    def test_without_knowing_the_forms_nothing_is_said(self) -> None:
        assert _codes(_after('judgment = "good"'), Known()) == []

    def test_the_school_is_the_register_s(self) -> None:
        school = School(authority="here", urn="100001", name="A", phase="primary", type="community", maintained=True)
        assert set(sources.school().fields) == set(register.variable(school))


class TestForms:
    def test_a_condition(self) -> None:
        hidden = {**_radio("act", "yes", "no"), "conditional": {"hide": '=judgment != "good"'}}
        xml = _task('camunda:formKey="here/act" camunda:candidateGroups="seo"')
        assert _codes(xml, _known(hidden)) == ["PW-870"]

    def test_a_text(self) -> None:
        text = {"type": "text", "id": "Text_1", "text": "It is {{ judgment }}."}
        xml = _task('camunda:formKey="here/act" camunda:candidateGroups="seo"')
        assert _codes(xml, _known(text)) == ["PW-870"]

    def test_a_text_that_nobody_can_read(self) -> None:
        text = {"type": "text", "id": "Text_1", "text": "It is {{ school }}."}
        xml = _task('camunda:formKey="here/act" camunda:candidateGroups="seo"')
        assert _codes(xml, _known(text)) == ["PW-876"]

    @pytest.mark.parametrize(("key", "codes"), [("label", []), ("lable", ["PW-876"])])
    def test_options_that_are_worked_out_have_a_label_each(self, key: str, codes: list[str]) -> None:
        worked_out = {"valuesExpression": f'=[{{{key}: "Yes", value: "yes"}}]'}
        choice = {"type": "radio", "id": "Field_act", "key": "act", "label": "Act?", **worked_out}
        xml = _task('camunda:formKey="here/act" camunda:candidateGroups="seo"')
        assert _codes(xml, _known(choice)) == codes

    def test_an_answer_that_is_only_shown(self) -> None:
        shown = {**_radio("judgment", "good", "inadequate"), "readonly": True}
        xml = _task('camunda:formKey="here/act" camunda:candidateGroups="seo"')
        assert _codes(xml, _known(shown)) == ["PW-870"]

    def test_an_answer_that_is_only_shown_and_nobody_can_read(self) -> None:
        shown = {"type": "textfield", "id": "Field_school", "key": "settings", "label": "Settings", "readonly": True}
        xml = _task('camunda:formKey="here/act" camunda:candidateGroups="seo"')
        assert _codes(xml, _known(shown)) == ["PW-876"]

    def test_its_own_answers_are_known_to_it(self) -> None:
        hidden = {**_radio("why", "a", "b"), "conditional": {"hide": '=act != "yes"'}}
        xml = _task('camunda:formKey="here/act" camunda:candidateGroups="seo"')
        assert _codes(xml, _known(_radio("act", "yes", "no"), hidden)) == []

    def test_a_changed_form_is_found_where_a_deployed_diagram_reads_it(self) -> None:
        diagram = read_bundle({"processes/here/p.bpmn": RIGHT.encode()}, "here", True, None).diagrams
        known = replace(KNOWN, others=tuple(diagram.values()), processes=frozenset({"p"}))
        form = {"type": "default", "id": "f", "schemaVersion": 18, "components": [_radio("verdict", "good")]}
        bundle = read_bundle({"forms/here/judge.form": json.dumps(form).encode()}, "here", True, Feel.shared())
        [said] = [one for one in check_bundle(bundle, known, Feel.shared(), True) if one.code == "PW-870"]
        assert said.file == "processes/here/p.bpmn"


def test_a_name_that_is_set_elsewhere_is_said_to_be_set_on_no_way_here() -> None:
    early = around(
        f'<exclusiveGateway id="g" default="g_t"/><userTask id="t" name="Judge" {ASK}/>', "s>g g>e[score = 1] g>t t>e"
    )
    messages = [each.message for each in found(early, strict=True, known=KNOWN) if each.code == "PW-870"]
    assert messages == ['the condition "score = 1": "score" is set on no way that leads here.']


def test_a_text_to_which_a_date_is_added_wants_a_text() -> None:
    remedies = [each.remedy for each in found(_after('"On " + today() = judgement'), strict=True, known=KNOWN)]
    assert "Make a text of it with string(...), or of a date with long date(...)." in remedies
