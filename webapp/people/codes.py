"""A second factor beside the password: codes of an authenticator app (TOTP, RFC 6238), and codes to recover without it.

The secret is kept enciphered with the installation's key, so that a copy of the database alone makes no codes; of a recovery
code there is a digest, and it is used once. A code counts once, half a minute before and after its time too.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from flask import current_app

from webapp.current import wall
from webapp.people.accounts import Account

#: Seconds for which a code counts, and how many before and after its time are taken.
STEP, DRIFT = 30, 1
#: How many recovery codes there are, and of how many letters and digits each.
CODES, LETTERS = 10, 16
#: Without what is easily taken for another.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Proposed:
    """A secret that somebody may take into their app: as text, and as the picture that the app reads (an SVG's data address)."""

    secret: str
    picture: str


def propose(account: Account, secret: str = "") -> Proposed:
    """A new secret for somebody, or one that was proposed before."""
    secret = secret or pyotp.random_base32()
    address = pyotp.TOTP(secret).provisioning_uri(name=account.username, issuer_name="Pathways")
    return Proposed(secret, segno.make(address, error="m").svg_data_uri(scale=5, border=2))


def step_of(secret: str, code: str, now: datetime, last: int = -1) -> int | None:
    """Which half minute a code is of; None for a wrong one, and for one that is not after the ``last`` that was used."""
    digits, present = re.sub(r"\s", "", code), int(now.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    for step in range(present - DRIFT, present + DRIFT + 1):
        if step > last and hmac.compare_digest(made.at(step * STEP).encode(), digits.encode("utf-8", "replace")):
            return step
    return None


def take_away(account: Account) -> None:
    """Let an account need no second factor. The caller commits."""
    account.totp, account.totp_step, account.recovery = None, -1, []


def use(account: Account, code: str) -> bool:
    """Whether a code lets somebody in: one of their app, or a recovery code; neither counts again. The caller has locked the
    account's row, and commits."""
    step = step_of(_deciphered(account.totp or ""), code, wall(), account.totp_step)
    if step is not None:
        account.totp_step = step
        return True
    kept = digest(code)
    if kept not in account.recovery:
        return False
    account.recovery = [each for each in account.recovery if each != kept]
    return True


def new_codes() -> list[str]:
    """Recovery codes, in fours for reading."""
    made = ("".join(secrets.choice(_ALPHABET) for _ in range(LETTERS)) for _ in range(CODES))
    return ["-".join(each[at : at + 4] for at in range(0, LETTERS, 4)) for each in made]


def digest(code: str) -> str:
    """What is kept of a recovery code: it is random, so that its digest says nothing."""
    return sha256(re.sub(r"[\s-]", "", code.lower()).encode("utf-8", "replace")).hexdigest()


def _cipher() -> Fernet:
    key = sha256(f"second factor {current_app.config['SECRET_KEY']}".encode()).digest()
    return Fernet(urlsafe_b64encode(key))


def enciphered(secret: str) -> str:
    """A secret as it is kept."""
    return _cipher().encrypt(secret.encode()).decode()


def _deciphered(kept: str) -> str:
    """The secret; one that makes no code anybody has, where the installation's key is another now."""
    try:
        return _cipher().decrypt(kept.encode()).decode()
    except InvalidToken:
        return pyotp.random_base32()
