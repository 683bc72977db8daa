"""What a case tells people: words that are made of an answer that a form keeps from them are withheld."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine import Config, Engine, Scope, queries
from engine.cases.withholding import WITHHELD
from tests.engine.running import authority, running, task
from tests.engine.spiff.cases import bpmn

FORM = {
    "components": [
        {"type": "textfield", "key": "secret", "label": "Secret", "properties": {"confidential": "seo"}},
        {
            "type": "textfield",
            "key": "for_now",
            "label": "For now",
            "properties": {"confidential": "seo", "confidentialUntil": "= open = true"},
        },
        {"type": "textfield", "key": "plain", "label": "Plain"},
    ]
}
ANSWER = {"secret": "WHISPER", "for_now": "NOT YET", "plain": "LOUD"}


def _told(ident: str, subject: str, text: str) -> str:
    given = {"to": "seo, head", "subject": subject, "text": text}
    inputs = "".join(
        f'<camunda:inputParameter name="{name}">{each.replace(chr(34), "&quot;")}</camunda:inputParameter>'
        for name, each in given.items()
    )
    return (
        f'<sendTask id="{ident}" name="Tell them" camunda:type="external" camunda:topic="notify"><extensionElements>'
        f"<camunda:inputOutput>{inputs}</camunda:inputOutput></extensionElements></sendTask>"
    )


def _process(told: str, script: str = "true") -> bytes:
    return bpmn(
        '<startEvent id="s"/><userTask id="a" camunda:formKey="town/f" camunda:candidateGroups="seo"/>'
        f'<scriptTask id="m" scriptFormat="feel" camunda:resultVariable="made"><script>= {script}</script></scriptTask>'
        f'{told}<userTask id="b" camunda:candidateGroups="seo"/><endEvent id="e"/>',
        "s>a a>m m>n n>b b>e",
    )


@pytest.fixture
def engine(database_url: str) -> Engine:
    return running(database_url, config=Config(authorities={"town": authority("town")}))


def told(engine: Engine, process: bytes, variables: dict[str, Any] | None = None) -> dict[str, tuple[str, str]]:
    """By role, the subject and text that it was told."""
    files = {"p.bpmn": process, "forms/town/f.form": json.dumps(FORM).encode()}
    engine.deployments.deploy(files, "town", by="owner", strict=False)
    case = engine.cases.start("p", variables=variables or {}, authority="town")
    engine.tasks.complete(task(engine, "a", case), ANSWER)
    found = {}
    for role in ("seo", "head"):
        scope = Scope("town", frozenset({role}), role)
        with engine.reading(scope) as session:
            [row] = queries.notices(session, scope).items
            found[role] = row.subject, row.text
    return found


def test_each_role_is_told_what_it_may_read(engine: Engine) -> None:
    found = told(engine, _process(_told("n", "A notice", '= "It says: " + secret')))
    assert found == {"seo": ("A notice", "It says: WHISPER"), "head": ("A notice", WITHHELD)}


def test_a_subject_is_withheld_too(engine: Engine) -> None:
    assert told(engine, _process(_told("n", "= secret", "= plain")))["head"] == ("Tell them", "LOUD")


@pytest.mark.parametrize(
    "script", ["upper case(secret)", '"So: " + secret', "[secret][1]", 'if secret = "x" then "y" else "z"']
)
def test_whichever_way_the_words_came_there(engine: Engine, script: str) -> None:
    process = _process(_told("n", "A notice", "= made"), script)
    assert told(engine, process)["head"] == ("A notice", WITHHELD)


def test_what_is_kept_from_nobody_is_told(engine: Engine) -> None:
    assert told(engine, _process(_told("n", "= plain", "= plain")))["head"] == ("LOUD", "LOUD")


def test_what_has_become_open_is_told(engine: Engine) -> None:
    process = _process(_told("n", "A notice", "= for_now"))
    assert told(engine, process, {"open": True})["head"] == ("A notice", "NOT YET")


def test_what_has_not_become_open_yet_is_withheld(engine: Engine) -> None:
    process = _process(_told("n", "A notice", "= for_now"))
    assert told(engine, process, {"open": False})["head"] == ("A notice", WITHHELD)
