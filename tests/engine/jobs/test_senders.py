"""How a mail leaves: to a server whose certificate is good, by GOV.UK Notify, or as a file."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from engine import Config
from engine.errors import ConfigUnreadable
from engine.jobs.outbox import Mail
from engine.jobs.senders import sender
from engine.settings import MailServer, NotifyService

PAYLOAD = {"to": "seo@example.org", "subject": "New task: Report", "text": "Sam,\n\nTown asks you."}
MAIL = Mail(7, "new-1-0", "town", 1, 1, PAYLOAD, datetime(2026, 9, 7, 8, tzinfo=UTC))
#: A certificate for localhost that nobody has signed but itself, good until 2056, and its key: for this test alone.
PEM = (Path(__file__).parent / "localhost.pem").read_text(encoding="ascii")


class MailBox:
    """A mail server that speaks STARTTLS with its own certificate, and keeps what it is given."""

    def __init__(self, certificate: Path) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.got = ""
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            try:
                self._talk(connection)
            except OSError:
                connection.close()

    def _talk(self, connection: socket.socket) -> None:
        connection.sendall(b"220 localhost\r\n")
        while line := self._line(connection):
            word = line.split()[0].upper()
            if word == "EHLO":
                connection.sendall(b"250-localhost\r\n250 STARTTLS\r\n")
            elif word == "STARTTLS":
                connection.sendall(b"220 go on\r\n")
                connection = self.context.wrap_socket(connection, server_side=True)
            elif word == "DATA":
                connection.sendall(b"354 go on\r\n")
                while (text := self._line(connection)) != ".":
                    self.got += f"{text}\n"
                connection.sendall(b"250 ok\r\n")
            elif word == "QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            else:
                connection.sendall(b"250 ok\r\n")

    def _line(self, connection: socket.socket) -> str:
        read = b""
        while not read.endswith(b"\r\n"):
            if not (byte := connection.recv(1)):
                return ""
            read += byte
        return read.decode().removesuffix("\r\n")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "localhost.pem"
    path.write_text(PEM, encoding="ascii")
    return path


@pytest.fixture
def mailbox(certificate: Path) -> Iterator[MailBox]:
    box = MailBox(certificate)
    yield box
    box.listening.close()


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(mailbox: MailBox) -> None:
    server = MailServer("localhost", mailbox.port, starttls=True)
    send = sender(Config(mail=server))
    assert send is not None
    with pytest.raises(ssl.SSLCertVerificationError):
        send(MAIL)
    assert mailbox.got == ""


def test_one_whose_certificate_is_trusted_gets_the_mail(mailbox: MailBox, certificate: Path) -> None:
    server = MailServer("localhost", mailbox.port, starttls=True, ca_file=str(certificate))
    send = sender(Config(mail=server))
    assert send is not None
    send(MAIL)
    said = message_from_bytes(mailbox.got.encode(), policy=policy.default)
    assert (said["To"], said["Subject"]) == ("seo@example.org", "New task: Report")


def test_in_sample_mode_a_mail_is_a_file(tmp_path: Path) -> None:
    send = sender(Config(mail_folder=tmp_path / "mail"))
    assert send is not None
    send(MAIL)
    [file] = (tmp_path / "mail").glob("*.eml")
    said = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (said["To"], said["Subject"], said["X-Pathways-Authority"]) == (
        "seo@example.org",
        "New task: Report",
        "town",
    )


def test_without_any_of_them_nothing_is_sent() -> None:
    assert sender(Config()) is None
    assert not Config().mails


class Service(BaseHTTPRequestHandler):
    """GOV.UK Notify as far as it takes a mail."""

    asked: list[tuple[str, dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, body))
        answer = b'{"id": "1"}'
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_notify_is_given_the_address_the_template_and_what_is_said() -> None:
    with HTTPServer(("127.0.0.1", 0), Service) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        ident = "00000000-0000-0000-0000-000000000000"
        service = NotifyService(f"town-{ident}-{ident}", "a-template", f"http://127.0.0.1:{server.server_port}")
        send = sender(Config(notify=service))
        assert send is not None
        send(MAIL)
        server.shutdown()
    [(path, body)] = Service.asked
    assert path == "/v2/notifications/email"
    assert body == {
        "email_address": "seo@example.org",
        "template_id": "a-template",
        "personalisation": {"subject": PAYLOAD["subject"], "text": PAYLOAD["text"]},
        "reference": "new-1-0",
    }


def test_notify_needs_both_a_key_and_a_template(tmp_path: Path) -> None:
    with pytest.raises(ConfigUnreadable, match="are given together"):
        Config.load(tmp_path, {"PATHWAYS_NOTIFY_KEY": "k"})
    given = {"PATHWAYS_NOTIFY_KEY": "k", "PATHWAYS_NOTIFY_TEMPLATE": "t"}
    assert Config.load(tmp_path, given).notify == NotifyService("k", "t")
    assert Config.load(tmp_path, {"PATHWAYS_SAMPLE": "1"}).mail_folder == tmp_path.parent / "var" / "mail"
