"""What surrounds the application: its settings, what was built, the machine, mail, files and the virus scanner."""

from __future__ import annotations

import resource
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.feel import BUNDLE
from engine.settings import Config, MailServer
from webapp import static_files
from webapp.doctor.findings import Finding, error, ok, warning
from webapp.settings import problems

#: Seconds that a mail server may take to answer.
PATIENCE = 5
#: Bytes that should be free where files are kept, and files that a process should be allowed to have open.
ROOM, OPEN_FILES = 1_000_000_000, 4_096
CONFIGURATION = "docs/reference/configuration.md says more."


def look(values: Mapping[str, Any], config: Config) -> Iterator[Finding]:
    """All of it."""
    yield from of_settings(values, config)
    yield from of_the_build()
    yield from of_mail(config)
    yield from of_files(config)
    yield from of_the_scanner(config)
    yield from of_providers(values, config)
    yield from of_the_machine()


def of_settings(values: Mapping[str, Any], config: Config) -> Iterator[Finding]:
    """What a server for real people does not start without, and what stands before it."""
    if values["SAMPLE"]:
        yield warning("Settings", "sample mode is on", "Unset PATHWAYS_SAMPLE where real people are to come.")
    wrong = list(problems(values, config.base_address, debug=False))
    yield from (error("Settings", each, CONFIGURATION) for each in wrong)
    if not wrong:
        yield ok("Settings", f"SECRET_KEY is set, and people come to {config.base_address}")
    if config.base_address.startswith("https://") and str(values["PROXIES"]) == "0":
        yield warning(
            "Proxy",
            "HTTPS is spoken by a proxy, and none is believed: every request seems to come from one address",
            "Set PATHWAYS_PROXIES to the number of proxies in front.",
        )


def of_the_build() -> Iterator[Finding]:
    """What npm makes: FEEL, and the pages' styles and scripts."""
    for what, place in (("FEEL", BUNDLE), ("Styles and scripts", static_files.FOLDER)):
        if place.exists():
            yield ok(what, "is built")
        else:
            yield error(what, f"{place} is missing", "Run make run once in the repository's folder.")


def of_mail(config: Config) -> Iterator[Finding]:
    """Whether mail leaves."""
    if config.mail is not None:
        yield from _of_server(config.mail)
    elif config.notify is not None:
        yield ok("Mail", "goes by GOV.UK Notify")
    elif config.mail_folder is not None:
        yield ok("Mail", f"is written to {config.mail_folder}")
    else:
        yield warning("Mail", "nobody is told by mail", "Set PATHWAYS_MAIL_HOST or PATHWAYS_NOTIFY_KEY.")


def _of_server(server: MailServer) -> Iterator[Finding]:
    where = f"{server.host}, port {server.port}"
    try:
        socket.create_connection((server.host, server.port), PATIENCE).close()
        yield ok("Mail", f"{where} answers")
    except OSError as failed:
        remedy = "Look at PATHWAYS_MAIL_HOST and PATHWAYS_MAIL_PORT, and whether a firewall is between."
        yield error("Mail", f"{where} does not answer ({failed.strerror or failed})", remedy)
    if server.sender == MailServer.sender:
        remedy = "Set PATHWAYS_MAIL_SENDER to an address of the council."
        yield warning("Mail", f"it comes from {server.sender}, which is nobody's", remedy)
    if server.username and not (server.starttls or server.port == 465):
        remedy = "Set PATHWAYS_MAIL_STARTTLS=1, or use port 465."
        yield error("Mail", "the password for the mail server travels in the clear", remedy)


def of_files(config: Config) -> Iterator[Finding]:
    """Whether files can be kept."""
    folder = config.files
    if folder is None:
        yield warning("Files", "no folder is configured, so none can be added", "Set PATHWAYS_FILES.")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as failed:
        remedy = "Let the user that runs Pathways write there, or name another folder in PATHWAYS_FILES."
        yield error("Files", f"{folder} cannot be written ({failed.strerror})", remedy)
        return
    if free < ROOM:
        yield warning("Files", f"{free // 1_000_000} MB are free in {folder}", "Make room there.")
    else:
        yield ok("Files", f"{folder} can be written, {free // 1_000_000_000} GB are free")


def of_the_scanner(config: Config) -> Iterator[Finding]:
    """Whether files are looked at for viruses."""
    command = config.limits.scanner
    if not command:
        yield warning("Virus scanner", "files are taken unseen", "Set PATHWAYS_VIRUS_SCANNER.")
    elif shutil.which(command[0]) is None:
        remedy = "Install it, or correct PATHWAYS_VIRUS_SCANNER. Until then every file is refused."
        yield error("Virus scanner", f"there is no command {command[0]}", remedy)
    else:
        yield ok("Virus scanner", Path(command[0]).name)


def of_providers(values: Mapping[str, Any], config: Config) -> Iterator[Finding]:
    """Whether the council's own accounts can be used where its file says so."""
    for home in config.authorities.values():
        if home.sign_in and not values["OIDC_SECRETS"](home.id):
            name = f"PATHWAYS_OIDC_SECRET_{home.id.upper().replace('-', '_')}"
            said = f"{home.name} signs in by {home.sign_in.name}, whose secret is not set"
            yield error("Sign-in", said, f"Set {name}.")
        elif home.sign_in:
            yield ok("Sign-in", f"{home.name} signs in by {home.sign_in.name}")


def of_the_machine() -> Iterator[Finding]:
    """Whether idle connections could shut everybody out: each takes an open file."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= allowed < OPEN_FILES:
        remedy = f"Allow {OPEN_FILES} (ulimit -n, or LimitNOFILE of the service), and limit connections an address in the proxy."
        yield warning("Connections", f"a process may have {allowed} open files", remedy)
    else:
        yield ok("Connections", "a process may have open files enough")
