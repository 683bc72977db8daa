"""A day on which school is closed is refused by the calendar of the case's own school, or of its authority."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from flask import Flask

from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import Browser, engine_of
from webapp import create_app

FORM = {
    "type": "default",
    "id": "meet",
    "components": [
        {
            "type": "datetime",
            "key": "met_on",
            "subtype": "date",
            "dateLabel": "When do you meet?",
            "properties": {"error": "Enter the date", "name": "the date", "schoolDay": "met_on_why"},
        },
        {"type": "textfield", "key": "met_on_why", "label": "If school is closed that day, why then?"},
    ],
}
CASE = bpmn(
    '<startEvent id="s"/><userTask id="a" camunda:formKey="barnsley/meet" camunda:candidateGroups="seo"/><endEvent id="e"/>',
    "s>a a>e",
    key="meeting",
)
#: The school's own autumn: its break is a week later, and a training day is its own.
OWN = (("2026-10-23", "2026-10-30"), ("inset,INSET,2026-09-01,2026-09-01", "inset,INSET,2026-09-18,2026-09-18"))
OF_AUTHORITY, OF_ITS_OWN = "100002", "100001"
TRAINING, BREAK = "2026-09-18", "2026-10-28"


@pytest.fixture
def meeting(app: Flask, tmp_path: Path) -> Browser:
    """The SEO's browser, where one school keeps a calendar of its own."""
    shutil.copytree(app.config["ROOT"] / "config", tmp_path / "config")
    (tmp_path / "config/calendars/schools").mkdir()
    said = (tmp_path / "config/calendars/barnsley.csv").read_text(encoding="utf-8")
    for usual, own in OWN:
        said = said.replace(usual, own)
    (tmp_path / f"config/calendars/schools/{OF_ITS_OWN}.csv").write_text(said, encoding="utf-8")
    made = create_app({**app.config, "ROOT": tmp_path})
    files = {"meeting.bpmn": CASE, "meet.form": json.dumps(FORM).encode()}
    engine_of(made).deployments.deploy(files, "barnsley", by="owner", strict=False)
    return Browser(made.test_client()).sign_in("seo")


@pytest.mark.parametrize(
    ("school", "day", "status"),
    [(OF_AUTHORITY, TRAINING, 200), (OF_AUTHORITY, BREAK, 400), (OF_ITS_OWN, TRAINING, 400), (OF_ITS_OWN, BREAK, 200)],
)
def test_a_meeting_is_on_a_school_day_of_its_school(meeting: Browser, school: str, day: str, status: int) -> None:
    engine = engine_of(meeting.client.application)
    case = engine.cases.start("meeting", authority="barnsley", school=school)
    [task] = engine.tasks.open(case)
    year, month, date = day.split("-")
    asked = {"met_on-day": date, "met_on-month": month, "met_on-year": year}
    answer, page = meeting.post(f"/tasks/{task.id}", **asked)
    assert answer == status
    assert ("choose a school day" in page) == (status == 400)
