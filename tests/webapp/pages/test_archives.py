"""All of an authority as one zip, exported and imported in the browser."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask

from engine import Scope
from tests.engine.configuration.test_archives import packed
from tests.webapp.conftest import Browser, engine_of


@pytest.fixture
def owner(browser: Browser) -> Browser:
    return browser.sign_in("process-owner")


def sent(owner: Browser, data: bytes) -> str:
    given = {"file": (io.BytesIO(data), "all.zip")}
    return owner.client.post("/configuration/import", data=given, follow_redirects=True).get_data(as_text=True)


def exported(owner: Browser) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(owner.client.get("/configuration/export").data)) as found:
        return {name: found.read(name) for name in found.namelist()}


def test_an_export_has_processes_tables_forms_and_the_four_documents(owner: Browser) -> None:
    files = exported(owner)
    assert {"settings.yaml", "roles.yaml", "calendar.csv", "clauses.yaml", "pathways.json"} <= set(files)
    assert "processes/barnsley-complaint.bpmn" in files
    assert "forms/barnsley/complaint.form" in files


def test_an_import_lists_what_is_changed_and_counts_once_it_is_confirmed(app: Flask, owner: Browser) -> None:
    files = exported(owner)
    changed = files["settings.yaml"].replace(b"10 school days", b"5 school days")
    page = sent(owner, packed({**files, "settings.yaml": changed}))
    assert "Changed: 1" in page
    assert "The same, and left out: " in page
    assert "Process “Complaints and dispute resolution”" in page
    assert "5 school days" in page
    address = "/configuration/import/1"
    assert "Enter what you import, and why" in owner.post(address, note="")[1]
    assert "The import is deployed: 1 new version." in owner.post(address, note="The new policy")[1]
    assert b"5 school days" in engine_of(app).configuration.standing("settings", Scope("barnsley")).content
    assert "This import is over" in owner.post(address, note="Again")[1]


def test_what_would_break_something_is_not_imported(owner: Browser) -> None:
    files = exported(owner)
    page = sent(owner, packed({"settings.yaml": files["settings.yaml"].replace(b"10 school days", b"ten moons")}))
    assert "This cannot be imported as it is" in page
    assert "ten moons" in page
    assert 'name="note"' not in page


def test_what_is_no_archive_says_why(owner: Browser) -> None:
    assert "it cannot be read as a zip" in sent(owner, b"no zip")
    assert "Select a zip file" in owner.post("/configuration/import")[1]
