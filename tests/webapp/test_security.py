"""What a browser is told about each page; which addresses are ours; proxies; and idle connections."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask, request
from waitress.server import create_server

from engine.errors import ConfigUnreadable
from tests.webapp.conftest import Browser
from tests.webapp.people.test_access import addresses
from webapp import create_app, security
from webapp.cli import upgrade
from webapp.people import keeping
from webapp.security import address_of, served

HOST = "pathways.example.gov.uk"
PASSWORD = "a long enough password"


@pytest.fixture
def real(tmp_path: Path) -> Flask:
    """A server for real people, behind one proxy, with one account."""
    return made(tmp_path, PROXIES="1")


def made(tmp_path: Path, **overrides: Any) -> Flask:
    given = {
        "SAMPLE": False,
        "SECRET_KEY": "k" * 32,
        "BASE_ADDRESS": f"https://{HOST}",
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/real.db",
    }
    app = create_app({**given, **overrides})
    upgrade(app)
    with app.app_context():
        keeping.keep("admin@council.gov.uk", "Ada Admin", "barnsley", ["administrator"], PASSWORD)
    return app


def policy(answer: Any) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


def test_nothing_comes_from_elsewhere(browser: Browser) -> None:
    said = policy(browser.client.get("/sign-in"))
    assert said["default-src"] == "'none'"
    assert said["frame-ancestors"] == "'none'"
    assert said["script-src"].startswith("'self' 'nonce-")
    assert "unsafe" not in " ".join(said.values())


def test_a_nonce_is_used_once(browser: Browser) -> None:
    first, second = (policy(browser.client.get("/sign-in"))["script-src"] for _ in range(2))
    assert first != second


def test_styles_in_place_are_for_drawings_alone(app: Flask, browser: Browser, case: int) -> None:
    browser.sign_in("process-owner")
    drawn = 0
    for endpoint, method, address in addresses(app):
        if method == "GET" and endpoint != "auth.sign_out":
            answer = browser.client.get(address)
            draws = re.search(rb"/(diagram|modeller|form|table)[\w.-]*\.js", answer.get_data()) is not None
            assert ("'unsafe-inline'" in policy(answer)["style-src"]) == draws, address
            drawn += draws
    assert drawn >= 3


def test_no_template_has_a_style_or_a_handler_in_place() -> None:
    folder = Path(security.__file__).parent / "templates"
    for file in folder.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert ' style="' not in text, file
        assert " onclick=" not in text, file


def test_every_page_says_the_same_of_itself(browser: Browser) -> None:
    headers = browser.client.get("/nowhere").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers, "the sample is on this machine alone"


def test_cookies_go_over_https_only_and_for_a_year_the_browser_comes_by_nothing_else(real: Flask) -> None:
    answer = signed_in(real).get("/sign-in", base_url=f"https://{HOST}")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = real.test_client().get("/sign-in", base_url=f"https://{HOST}").headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


def signed_in(app: Flask) -> Any:
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    data = {"username": "admin@council.gov.uk", "password": PASSWORD}
    assert client.post("/sign-in", data=data, base_url=f"https://{HOST}").status_code == 302
    return client


@pytest.mark.parametrize("host", ["evil.example.org", f"{HOST}.evil.example.org", "127.0.0.1", "x@y", ""])
def test_another_host_is_not_served_here(real: Flask, host: str) -> None:
    answer = real.test_client().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "Pathways is not served under this name" in answer.get_data(as_text=True)
    assert "evil" not in answer.get_data(as_text=True)


def test_a_proxy_s_word_is_taken_where_one_stands_in_front(real: Flask) -> None:
    told = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": HOST}
    given = {"headers": told, "base_url": f"http://{HOST}"}
    with looking(real) as seen:
        real.test_client().get("/sign-in", **given)
    assert seen == [("203.0.113.7", "https", HOST)]


def test_nobody_s_word_is_taken_where_no_proxy_is_said_to_stand(tmp_path: Path) -> None:
    app = made(tmp_path)
    with looking(app) as seen:
        app.test_client().get("/sign-in", headers={"X-Forwarded-For": "203.0.113.7"}, base_url=f"https://{HOST}")
    assert seen == [("127.0.0.1", "https", HOST)]


@contextmanager
def looking(app: Flask) -> Iterator[list[tuple[str | None, str, str]]]:
    """What the application takes each request to be."""
    seen: list[tuple[str | None, str, str]] = []
    app.before_request_funcs.setdefault(None, []).insert(
        0, lambda: seen.append((request.remote_addr, request.scheme, request.host))
    )
    yield seen


def test_how_many_proxies_is_a_number(tmp_path: Path) -> None:
    with pytest.raises(ConfigUnreadable, match="PATHWAYS_PROXIES"):
        made(tmp_path, PROXIES="many")


def test_an_address_in_a_mail_is_the_configured_one(real: Flask, app: Flask) -> None:
    with real.test_request_context("/", base_url=f"http://{HOST}:8000"):
        assert address_of("tasks.task", task_id=7) == f"https://{HOST}/tasks/7"
    with app.test_request_context("/", base_url="http://127.0.0.1:8000"):
        assert address_of("tasks.task", task_id=7) == "http://127.0.0.1:8000/tasks/7"


def test_head_is_answered_wherever_get_is(app: Flask, browser: Browser, case: int) -> None:
    for client in (app.test_client(), browser.sign_in("process-owner").client):
        for endpoint, method, address in addresses(app):
            if method == "GET" and not endpoint.startswith("links."):
                wanted, got = client.get(address), client.head(address)
                assert got.status_code == wanted.status_code, address
                assert got.get_data() == b"", address


@pytest.fixture
def serving(real: Flask) -> Iterator[int]:
    """The port of a real server."""
    server = create_server(real, host="127.0.0.1", port=0, **served(real.config))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    thread.join(5)


def test_idle_connections_shut_nobody_out(serving: int) -> None:
    with ExitStack() as idle:
        for _ in range(200):
            idle.enter_context(socket.create_connection(("127.0.0.1", serving)))
        assert ask(serving).status == 200


def test_the_real_server_passes_on_what_the_proxy_says(serving: int, real: Flask) -> None:
    with looking(real) as seen:
        ask(serving, **{"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"})
    assert seen == [("203.0.113.7", "https", HOST)]


def test_the_server_does_not_say_what_it_is(serving: int) -> None:
    assert ask(serving).getheader("Server") is None


def ask(port: int, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/sign-in", headers={"Host": HOST, **headers})
    return connection.getresponse()


def test_whose_work_is_in_the_bundles_is_said_with_its_licence(browser: Browser) -> None:
    page = browser.get("/sign-in")[1]
    address = re.findall(r'href="([^"]*licences[^"]*)"', page)[0]
    status, said = browser.get(address)
    assert status == 200
    assert {"bpmn-js", "govuk-frontend", "lezer-feel", "decimal.js", "@ministryofjustice/frontend"} <= set(
        re.findall(r"^(\S+) \d+\.\d+\.\d+$", said, re.M)
    )
    assert "see below\n\n-" not in said, "each licence is there in full or by its name"
