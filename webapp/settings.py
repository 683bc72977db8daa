"""What the environment says of the application, and what it must say before real people may be let in."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.clock import SystemClock
from engine.errors import PathwaysError
from engine.store.database import usable_address

#: What may be set, and how the secret of each authority's provider begins (docs/reference/configuration.md).
NAMES = frozenset(
    f"PATHWAYS_{each}"
    for each in (
        *(
            "BASE_ADDRESS",
            "SERVED_AT",
            "TRUSTED_HOSTS",
            "PROXIES",
            "SAMPLE",
            "ROOT",
            "CONFIG",
            "METRICS_TOKEN",
            "FIRES_AT",
            "RATES",
        ),
        *("FILES", "FILE_MB", "FILE_TYPES", "VIRUS_SCANNER", "NOTIFY_KEY", "NOTIFY_TEMPLATE", "NOTIFY_ADDRESS"),
        *("MAIL_HOST", "MAIL_PORT", "MAIL_SENDER", "MAIL_USERNAME", "MAIL_PASSWORD", "MAIL_STARTTLS", "MAIL_CA_FILE"),
    )
)
OIDC_SECRET = "PATHWAYS_OIDC_SECRET_"
ROOT = Path(__file__).resolve().parent.parent
#: The one password of all sample people: sample data is invented, and shown only in sample mode.
SAMPLE_PASSWORD = "pathways"
#: Characters that a secret key must have at least: 32 of a hexadecimal key are 128 random bits.
SHORTEST_KEY = 32


class UnsafeSettings(PathwaysError):
    """Pathways does not start, since it would not be safe. {problems} To try it without these, with invented people,
    use sample mode (--sample). docs/reference/configuration.md says more."""


def settings(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The application's settings from the environment: DATABASE_URL, SECRET_KEY, PATHWAYS_SAMPLE, PATHWAYS_ROOT,
    PATHWAYS_BASE_ADDRESS, PATHWAYS_TRUSTED_HOSTS, PATHWAYS_PROXIES, PATHWAYS_METRICS_TOKEN,
    PATHWAYS_FILES, PATHWAYS_RATES, PATHWAYS_OIDC_SECRET_<AUTHORITY>."""
    root = Path(environment.get("PATHWAYS_ROOT", ROOT))
    sample = environment.get("PATHWAYS_SAMPLE") == "1"
    return {
        "ROOT": root,
        "WALL": SystemClock(),
        "METRICS_TOKEN": environment.get("PATHWAYS_METRICS_TOKEN", ""),
        "SAMPLE": sample,
        "SAMPLE_PASSWORD": SAMPLE_PASSWORD,
        "SECRET_KEY": environment.get("SECRET_KEY") or (secrets.token_hex(32) if sample else ""),
        "BASE_ADDRESS": environment.get("PATHWAYS_BASE_ADDRESS", "").rstrip("/"),
        "MORE_HOSTS": environment.get("PATHWAYS_TRUSTED_HOSTS", "").replace(",", " ").split(),
        "PROXIES": environment.get("PATHWAYS_PROXIES", "0"),
        "SQLALCHEMY_DATABASE_URI": database_url(environment.get("DATABASE_URL", ""), root),
        "FILES": environment.get("PATHWAYS_FILES") or str(root / "var" / "files"),
        "FILES_AT_ONCE": 200_000_000,
        "OIDC_SECRETS": lambda home: environment.get(f"{OIDC_SECRET}{home.upper().replace('-', '_')}", ""),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=10),
        "MAX_CONTENT_LENGTH": 6_000_000,
        "REGISTER_LIMIT": 100_000_000,
        "RATES": environment.get("PATHWAYS_RATES", ""),
        "JSON_AT_ONCE": 4_000_000,
        "FIELDS_AT_ONCE": 5_000,
        "MAX_FORM_PARTS": 1_000,
        "MOST_FILES": 50,
        "MAX_FORM_MEMORY_SIZE": 2_000_000,
        "WTF_CSRF_TIME_LIMIT": 10 * 3600,
    }


def database_url(given: str, root: Path) -> str:
    """The database: the one given (PostgreSQL through psycopg), or an SQLite file under ``var/``. Raises DatabaseUnusable."""
    return usable_address(given or f"sqlite:///{root / 'var' / 'pathways.db'}")


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """What is set by a name that begins as ours do and that nobody reads: misspelt, or of another release."""
    ours = (each for each in environment if each.startswith("PATHWAYS_"))
    return sorted(each for each in ours if each not in NAMES and not each.startswith(OIDC_SECRET))


def check(config: Mapping[str, Any], base_address: str, debug: bool) -> None:
    """Before a server lets people in. Raises UnsafeSettings, which names all that is wrong; sample mode is let alone."""
    if not config["SAMPLE"] and (found := list(problems(config, base_address, debug))):
        raise UnsafeSettings(problems=" ".join(found))


def problems(config: Mapping[str, Any], base_address: str, debug: bool) -> Iterator[str]:
    """What a server for real people must not start with, each in a sentence."""
    if not config["SECRET_KEY"]:
        yield "SECRET_KEY is not set: all servers need the same one, and keep it when they start again."
    elif len(config["SECRET_KEY"]) < SHORTEST_KEY:
        yield f"SECRET_KEY is shorter than {SHORTEST_KEY} characters."
    if not base_address:
        yield "PATHWAYS_BASE_ADDRESS is not set: the address that people type, such as https://pathways.example.gov.uk."
    elif not (base_address.startswith("https://") or is_this_machine(base_address)):
        yield f"PATHWAYS_BASE_ADDRESS is {base_address}, which is not https://."
    if debug:
        yield "Debugging is on: unset FLASK_DEBUG."


def is_this_machine(base_address: str) -> bool:
    """Whether an address is reached from this machine only, so that nobody can listen in between."""
    host = base_address.partition("://")[2]
    return host.startswith("[::1]") or host.partition(":")[0] in ("localhost", "127.0.0.1")
