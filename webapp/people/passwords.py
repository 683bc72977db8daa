"""Passwords as they are kept: argon2, and older hashes for as long as their owners have not signed in again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from werkzeug.security import check_password_hash

#: Characters that a password of a real person must have at least, and may have at most.
SHORTEST, LONGEST = 12, 200
#: Letters that a part of a name must have to be looked for in a password.
PART = 4
#: Words that are tried first, those of this house among them; and keys in a row.
_TRIED = re.compile(
    "passwords?|passwort|welcome|letmein|changeme|admin(?:istrator)?|iloveyou|monkey|dragon|sunshine|princess|football|baseball"
    "|superman|batman|master|shadow|secret|login|guest|default|qwert[yz]|azerty|abcd?|asdf|zxcv|test|pathways|council|schools?"
    "|(?:head)?teacher|governor|education|spring|summer|autumn|winter|monday|friday|january|february|october|december"
    "|england|liverpool|arsenal|chelsea|hello"
)
_RUNS = tuple(
    row * 8 for row in ("1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "0123456789")
)
#: Digits and signs that stand for letters.
_DISGUISED = str.maketrans("013457@$!", "oleastasi")
#: What is kept of a password that was never chosen: no password fits it.
NONE = "!"
#: argon2id with the memory (KiB), rounds and lanes that OWASP names in its cheat sheet on storing passwords.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_ARGON2 = "$argon2"


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


def fits(kept: str, password: str) -> bool:
    """Whether a password is the one of which this is kept, by argon2 or as werkzeug kept it before."""
    try:
        return _HASHER.verify(kept, password) if kept.startswith(_ARGON2) else check_password_hash(kept, password)
    except (Argon2Error, InvalidHashError, ValueError):
        return False


def is_old(kept: str) -> bool:
    """Whether a password that fits should be kept anew: its hash is not as we make them now."""
    return not kept.startswith(_ARGON2) or _HASHER.check_needs_rehash(kept)


def waste(password: str) -> None:
    """Take as long as a password that is looked at, so that nobody learns which names there are."""
    fits(_nobody_s(), password)


@cache
def _nobody_s() -> str:
    return hashed("nobody's password")


def problem(password: str, *about: str) -> str:
    """What is wrong with a new password of somebody with this name and address, as a sentence; nothing when it will do."""
    if len(password) < SHORTEST:
        return f"The password must have {SHORTEST} characters or more"
    if len(password) > LONGEST:
        return f"The password must have {LONGEST} characters or fewer"
    plain = password.strip().lower()
    if len(set(plain)) < 5:
        return "The password must not be the same few characters again and again"
    if any(part in plain for each in about for part in _parts(each)):
        return "The password must not have your name or email address in it"
    if _is_tried_first(plain):
        return "The password must not be one that many people have: three words that have nothing in common are better"
    return ""


def _parts(about: str) -> Iterator[str]:
    """The parts of a name or address that somebody who guesses would try; shorter ones stand in words by chance."""
    own = about.strip().lower().partition("@")[0]
    yield from (part for part in re.split(r"[^a-z]+", own) if len(part) >= PART)


def _is_tried_first(plain: str) -> bool:
    """Whether it is a well-known word, over and over, with whatever digits and signs around it, or a run of keys."""
    if any(plain in row or plain in row[::-1] for row in _RUNS):
        return True
    read = (re.sub(r"[^a-z]", "", each) for each in (plain, plain.translate(_DISGUISED)))
    return any(letters and not _TRIED.sub("", letters) for letters in read)
