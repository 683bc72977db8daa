"""What an attacker tries, each a case, each refused: forms without a token, leads to other sites, guessed keys, ids of others."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.clock import VirtualClock
from engine.people.evidence import safe_name
from tests.webapp.conftest import CONCERN, Browser, _settings
from tests.webapp.people.test_access import addresses, state
from webapp import create_app
from webapp.people.access import ROUTES
from webapp.people.sign_in import safe

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
#: Ids of another authority's, of what there never was, and of what no database holds.
FOREIGN = ("1", "999999", "99999999999999999999", "-1", "0", "1e3", "0x1", "1%00", "١")


@pytest.fixture(scope="module")
def guarded(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application as real people meet it, with a case, and tokens of forms asked for."""
    place = tmp_path_factory.mktemp("guarded")
    for file in seeded.glob("seeded.db*"):
        shutil.copy(file, place / file.name)
    made = create_app(_settings(seeded, f"sqlite:///{place / 'seeded.db'}", VirtualClock(MONDAY)))
    Browser(made.test_client()).sign_in("seo").post("/start/barnsley-escalation/100001", **CONCERN)
    return made


@pytest.fixture(scope="module")
def tricked(guarded: Flask) -> FlaskClient:
    """The browser of somebody who may do most of it, which another site has send forms."""
    client = Browser(guarded.test_client()).sign_in("service-director").client
    guarded.config["WTF_CSRF_ENABLED"] = True
    return client


@pytest.fixture(scope="module")
def elsewhere(guarded: Flask, tricked: FlaskClient) -> FlaskClient:
    """The browser of somebody of another authority, who manages there."""
    guarded.config["WTF_CSRF_ENABLED"] = False
    client = Browser(guarded.test_client()).sign_in("seo", "elsewhere").client
    guarded.config["WTF_CSRF_ENABLED"] = True
    return client


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_no_route_takes_a_form_that_another_site_sends(guarded: Flask, tricked: FlaskClient, endpoint: str) -> None:
    before = state(guarded)
    for each, method, address in addresses(guarded):
        if each == endpoint and method == "POST":
            sent: dict[str, Any] = (
                {"json": {"xml": "<x/>"}} if address.startswith("/api/") else {"data": {"reason": "x"}}
            )
            assert tricked.post(address, **sent).status_code in (400, 401), address
    addressed = next(address for each, _, address in addresses(guarded) if each == endpoint)
    assert tricked.put(addressed).status_code in (400, 404, 405)
    assert state(guarded) == before


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example.org",
        "///evil.example.org",
        "/\\evil.example.org",
        "\\\\evil.example.org",
        "https://evil.example.org",
        "https:evil.example.org",
        "http:///evil.example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.example.org",
        "/\t/evil.example.org",
        "/\r\nSet-Cookie: a=b",
        "/tasks\r\nLocation: //evil.example.org",
        "evil.example.org",
        "@evil.example.org",
    ],
)
def test_nothing_leads_to_another_site(address: str) -> None:
    assert safe(address) == ""


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        "0",
        "../health",
        "..%2fhealth",
        "%00",
        "a" * 5_000,
        "'OR'1'='1",
        "None",
        "null",
        "VF3MAa78SmFQyWvq9UkrirQLCRFAa-HXyG7Fh4GlaDk",
    ],
)
def test_no_feed_is_guessed(guarded: Flask, key: str) -> None:
    answer = guarded.test_client().get(f"/feed/{key}.ics")
    assert answer.status_code in (302, 404)
    assert "BEGIN:VCALENDAR" not in answer.get_data(as_text=True)


def test_a_feed_s_address_is_no_session(guarded: Flask, elsewhere: FlaskClient) -> None:
    guarded.config["WTF_CSRF_ENABLED"] = False
    page = elsewhere.post("/account/calendar").get_data(as_text=True)
    guarded.config["WTF_CSRF_ENABLED"] = True
    found = re.search(r'value="http://localhost(/feed/[^"]+)"', page)
    assert found
    stranger = guarded.test_client()
    assert stranger.get(found[1]).status_code == 200
    assert stranger.get("/tasks").status_code == 302


@pytest.mark.parametrize("ident", FOREIGN)
@pytest.mark.parametrize(
    "page",
    [
        "/cases/{}",
        "/tasks/{}",
        "/files/{}",
        "/files/{}/preview",
        "/cases/{}/files",
        "/tasks/{}/files",
        "/notices/{}/meeting.ics",
    ],
)
def test_no_id_of_another_authority_opens_anything(elsewhere: FlaskClient, page: str, ident: str) -> None:
    assert elsewhere.get(page.format(ident)).status_code == 404


@pytest.fixture
def sends(guarded: Flask, elsewhere: FlaskClient) -> Any:
    """Send a form of one's own page, with its token."""

    def send(address: str, **data: Any) -> int:
        guarded.config["WTF_CSRF_ENABLED"] = False
        try:
            return elsewhere.post(address, data=data).status_code
        finally:
            guarded.config["WTF_CSRF_ENABLED"] = True

    return send


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/tasks/move", {"task": ["1"], "to": "seo@elsewhere.example.org", "reason": "Mine."}),
        ("/tasks/move", {"task": ["1", "2", "999"], "to": "", "reason": "Free."}),
        ("/tasks/1/claim", {}),
        ("/tasks/1/release", {"reason": "x"}),
        ("/tasks/1/comments", {"text": "Hello", "told": "seo@barnsley.example.org"}),
        ("/cases/1/comments", {"text": "Hello", "told": "seo@barnsley.example.org"}),
        ("/cases/1/cancel", {"reason": "x", "confirmed": "1"}),
        ("/cases/1/conflicts", {"whom": "seo@barnsley.example.org", "reason": "x"}),
        ("/tasks/1/link", {"role": "headteacher", "email": "a@example.org", "reason": "x"}),
        ("/start/barnsley-escalation/100001", {"areas": "leadership"}),
    ],
)
def test_nothing_of_another_authority_is_changed(
    guarded: Flask, sends: Any, address: str, data: dict[str, Any]
) -> None:
    before = state(guarded)
    assert guarded.url_map.bind("localhost").match(address, method="POST"), "an address that is there"
    sends(address, **data)
    assert state(guarded) == before


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\x.txt", "/etc/passwd", "a\0.txt", ".htaccess", "x.svg", "x.html", "x.exe"]
)
def test_no_file_s_name_is_a_path(name: str) -> None:
    kept = safe_name(name)
    assert not re.search(r"[/\\\0]|^\.", kept)
