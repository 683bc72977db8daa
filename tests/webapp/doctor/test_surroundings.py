"""What surrounds the application: settings, mail, files, the virus scanner."""

from __future__ import annotations

import re
import socket

import pytest

from tests.webapp.conftest import ROOT
from tests.webapp.doctor.conftest import Asks, line
from webapp.settings import NAMES


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "", "SECRET_KEY is not set"),
        ("SECRET_KEY", "short", "shorter than 32"),
        ("PATHWAYS_BASE_ADDRESS", "", "PATHWAYS_BASE_ADDRESS is not set"),
        ("PATHWAYS_BASE_ADDRESS", "http://pathways.example.gov.uk", "which is not https://"),
        ("PATHWAYS_VIRUS_SCANNER", "no-such-scanner --fast", "there is no command no-such-scanner"),
        ("PATHWAYS_FILES", "/proc/nowhere", "cannot be written"),
        ("DATABASE_URL", "mysql://root@localhost/x", "and this is mysql"),
        ("DATABASE_URL", "postgresql://root@localhost:port/x", "its address cannot be read"),
        ("DATABASE_URL", "pathways.db", "its address cannot be read"),
    ],
)
def test_what_is_wrong_is_an_error(
    asked: Asks, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    result = asked()
    assert result.exit_code == 1
    assert line(said, result).startswith("error"), result.output


def test_a_mail_server_that_does_not_answer_is_an_error(asked: Asks, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    monkeypatch.setenv("PATHWAYS_MAIL_HOST", "127.0.0.1")
    monkeypatch.setenv("PATHWAYS_MAIL_PORT", str(port))
    assert line("does not answer", asked()).startswith("error")


def test_a_password_that_would_travel_in_the_clear_is_an_error(asked: Asks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATHWAYS_MAIL_HOST", "127.0.0.1")
    monkeypatch.setenv("PATHWAYS_MAIL_USERNAME", "pathways")
    assert line("travels in the clear", asked()).startswith("error")


def test_a_proxy_that_nobody_believes_is_a_warning(asked: Asks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATHWAYS_PROXIES", "0")
    assert line("Proxy", asked()).startswith("warning")


@pytest.mark.parametrize("port", ["mail", "0", "65536", "-1"])
def test_a_port_that_is_none_is_an_error(asked: Asks, monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PATHWAYS_MAIL_HOST", "127.0.0.1")
    monkeypatch.setenv("PATHWAYS_MAIL_PORT", port)
    assert line("which is no port", asked()).startswith("error")


def test_a_setting_that_nothing_reads_is_a_warning(asked: Asks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATHWAYS_MAIL_SEVER", "127.0.0.1")
    assert line("PATHWAYS_MAIL_SEVER is set, and nothing reads it", asked()).startswith("warning")


def test_what_may_be_set_is_what_the_reference_names() -> None:
    told = (ROOT / "docs/reference/configuration.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`(PATHWAYS_[A-Z_]+)`", told)) == NAMES
