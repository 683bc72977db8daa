"""What one request may bring: fields, files, rows and JSON, each with an end that is told."""

from __future__ import annotations

import io
import json
from time import process_time
from typing import Any

import pytest
from flask import Flask

from engine.forms import MAX_ROWS
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import Browser, engine_of

FORM = "application/x-www-form-urlencoded"


def fields(number: int) -> bytes:
    return b"&".join(b"f%d=x" % each for each in range(number))


@pytest.fixture
def officer(browser: Browser, case: int) -> Browser:
    return browser


def test_a_form_of_too_many_fields_is_refused_and_says_how_many_are_taken(app: Flask, officer: Browser) -> None:
    most = app.config["FIELDS_AT_ONCE"]
    answer = officer.client.post("/tasks/1", data=fields(most + 1), content_type=FORM)
    assert answer.status_code == 413
    assert f"more than {most:,} fields" in answer.get_data(as_text=True)


def test_it_costs_nothing_to_refuse_it(officer: Browser) -> None:
    huge, begun = fields(200_000), process_time()
    assert officer.client.post("/tasks/1", data=huge, content_type=FORM).status_code == 413
    assert process_time() - begun < 0.5


def test_an_address_with_too_many_parameters_is_refused(app: Flask, officer: Browser) -> None:
    query = fields(app.config["FIELDS_AT_ONCE"] + 1).decode()
    answer = officer.client.get(f"/tasks?{query}")
    assert (answer.status_code, "parameters" in answer.get_data(as_text=True)) == (413, True)


def test_a_form_of_as_many_as_are_taken_is_read(app: Flask, officer: Browser) -> None:
    answer = officer.client.post("/tasks/1", data=fields(app.config["FIELDS_AT_ONCE"] - 1), content_type=FORM)
    assert answer.status_code == 400
    assert "There is a problem" in answer.get_data(as_text=True)


def test_a_form_of_many_parts_is_refused(app: Flask, officer: Browser) -> None:
    data = {f"f{each}": "x" for each in range(app.config["MAX_FORM_PARTS"] + 1)}
    answer = officer.client.post("/tasks/1/files", data=data, content_type="multipart/form-data")
    assert answer.status_code == 413


def test_too_many_files_at_once_are_refused_by_their_number(app: Flask, officer: Browser) -> None:
    most = app.config["MOST_FILES"]
    files = [(io.BytesIO(b"x"), f"{each}.txt") for each in range(most + 1)]
    answer = officer.client.post("/cases/1/files", data={"files": files}, content_type="multipart/form-data")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, f"Select {most} files or fewer at once" in page) == (400, True)
    assert "No file has been added yet." in page


def test_too_many_rows_are_told_on_the_page(app: Flask, browser: Browser) -> None:
    row = {"type": "textfield", "key": "name", "label": "Name"}
    listed = {"type": "dynamiclist", "path": "people", "label": "People", "components": [row]}
    form = {"type": "default", "id": "many", "components": [listed]}
    diagram = bpmn(
        '<startEvent id="s"/><userTask id="a" camunda:formKey="barnsley/many" camunda:candidateGroups="seo"/><endEvent id="e"/>',
        "s>a a>e",
        key="many",
    )
    engine = engine_of(app)
    files = {"many.bpmn": diagram, "many.form": json.dumps(form).encode()}
    engine.deployments.deploy(files, "barnsley", by="owner", strict=False)
    task = engine.tasks.open(engine.cases.start("many", authority="barnsley"))[0].id
    rows = [str(each) for each in range(MAX_ROWS * 4)]
    data: dict[str, Any] = {"people-row": rows, **{f"people-{each}-name": "x" for each in rows}}
    status, page = browser.sign_in("seo").post(f"/tasks/{task}", **data)
    assert (status, f"must have {MAX_ROWS} entries or fewer" in page) == (400, True)


def test_json_of_too_many_bytes_is_refused(app: Flask, browser: Browser) -> None:
    body = json.dumps({"xml": "x" * app.config["JSON_AT_ONCE"]}).encode()
    owner = browser.sign_in("process-owner")
    answer = owner.client.post("/api/check", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["message"][:17] if answer.json else "") == (413, "That is too large")
