"""A safe XML reader: no document types, no entities, no network, and limits that hold while the file is read.

The limits are checked before anything is built from the bytes that they bound, so memory stays within a small
multiple of ``Limits.size`` whatever is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from engine.errors import DiagramRefused

CHUNK = 16_384
_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = {
    b"\xff\xfe": "UTF-16 or UTF-32",
    b"\xfe\xff": "UTF-16",
    b"\x00\x00": "UTF-32",
    b"<\x00": "UTF-16",
    b"\x00<": "UTF-16",
}
_DECLARATION = re.compile(rb"<\?xml\s([^?]{0,200})\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']{0,60})["']""")
_DECLARED = re.compile(r"""(encoding\s*=\s*["'])[^"']*(["'])""")
_ATTRIBUTE = re.compile(rb"""=\s*["']""")
_NAMESPACE = re.compile(rb"""\bxmlns\b[^"'<>]*(?:"[^"<]*"|'[^'<]*')?""")
_ENCODINGS = {
    **dict.fromkeys(("utf-8", "utf8", "us-ascii", "ascii"), "utf-8"),
    **dict.fromkeys(("iso-8859-1", "iso_8859-1", "latin1", "latin-1", "l1"), "latin-1"),
    **dict.fromkeys(("windows-1252", "cp1252", "cp-1252"), "cp1252"),
}
"""Python's codec for each encoding that a file may declare. Each writes ASCII as ASCII, so what is looked for in
the bytes (a document type, attributes, namespaces) looks the same in all."""
_CONTROLS = re.compile(rb"[\x80-\x9f]")
"""Bytes that ISO-8859-1 has no letter for; Windows-1252 has its quotation marks, dashes and the euro there."""


@dataclass(frozen=True)
class Limits:
    """How large a file may be: ``size`` in bytes, ``depth`` in nested elements, the rest as counts."""

    size: int = 5_000_000
    depth: int = 100
    elements: int = 10_000
    attributes: int = 100_000
    namespaces: int = 200
    """Different declarations. What modellers export has 20 to 40, ..."""
    declarations: int = 20_000
    """... but some repeat one on every element."""


LIMITS = Limits()


def read_bounded(source: bytes | Iterable[bytes], file: str, limits: Limits = LIMITS) -> bytes:
    """Give the bytes of ``source``, which may be a stream of chunks; it is left unread past ``limits.size``.

    Raises DiagramRefused when there is more.
    """
    chunks = [source] if isinstance(source, bytes) else source
    kept: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limits.size:
            raise _refused(file, f"it is larger than {limits.size / 1_000_000:g} MB")
        kept.append(chunk)
    return b"".join(kept)


def read_xml(data: bytes | Iterable[bytes], file: str, *, limits: Limits = LIMITS) -> etree._Element:
    """Parse ``data`` and give its root element; comments and processing instructions are left out.

    ``file`` is the name that messages show. Raises DiagramRefused for anything that is not well-formed XML in
    UTF-8, ISO-8859-1 or Windows-1252, that has a document type (and so perhaps entities), or that passes a limit.
    """
    content = to_utf8(read_bounded(data, file, limits), file)
    if len(content) > limits.size:
        raise _refused(file, f"it is larger than {limits.size / 1_000_000:g} MB in UTF-8")
    _check_prolog(content, file)
    _check_counts(content, file, limits)
    return _parse(content, file, limits)


def _refused(file: str, reason: str) -> DiagramRefused:
    return DiagramRefused(file=file, reason=reason)


def to_utf8(content: bytes, file: str) -> bytes:
    """Give an XML file's bytes in UTF-8, without a byte order mark; its declaration then says UTF-8 too.

    Raises DiagramRefused when it is empty, or its bytes are not of the encoding that it declares, or of another
    than UTF-8, ISO-8859-1 and Windows-1252.
    """
    if not content.strip():
        raise _refused(file, "it is empty")
    plain = _unmarked(content, file)
    declared = _declared_encoding(plain)
    codec = _ENCODINGS.get(declared.lower())
    if codec is None:
        raise _refused(file, f"it says that its encoding is {declared}; save it as UTF-8")
    if codec != "utf-8" and len(plain) < len(content):
        raise _refused(file, f"it begins with the mark of UTF-8 and says that its encoding is {declared}")
    text = _decoded(plain, codec, declared, file)
    return plain if codec == "utf-8" else _redeclared(text).encode()


def _unmarked(content: bytes, file: str) -> bytes:
    if other := _OTHER_ENCODINGS.get(content[:2]):
        raise _refused(file, f"it is written in {other}; save it as UTF-8")
    plain = content.removeprefix(_BOM)
    if plain.startswith(_BOM):
        # The parser would pass over a second mark, and so see a prolog that no check here has seen.
        raise _refused(file, "it begins with two byte order marks")
    return plain


def _decoded(content: bytes, codec: str, declared: str, file: str) -> str:
    control = _CONTROLS.search(content) if codec == "latin-1" else None
    try:
        if control is None:
            return content.decode(codec)
        at = control.start()
    except UnicodeDecodeError as error:
        at = error.start
    line = content.count(b"\n", 0, at) + 1
    wanted = "UTF-8" if codec == "utf-8" else declared
    raise _refused(file, f"line {line} holds bytes that are not {wanted}; save it as UTF-8")


def _redeclared(text: str) -> str:
    declaration, end, rest = text.partition("?>")
    return _DECLARED.sub(r"\1UTF-8\2", declaration, count=1) + end + rest


def _declared_encoding(content: bytes) -> str:
    declaration = _DECLARATION.match(content)
    encoding = _ENCODING.search(declaration[1]) if declaration else None
    return encoding[1].decode("ascii", "replace") if encoding else "utf-8"


def _check_prolog(content: bytes, file: str) -> None:
    """Refuse a document type: it stands, if anywhere, before the root, among comments and instructions.

    Anywhere else ``<!DOCTYPE`` is not well-formed, so the parser itself refuses it.
    """
    at = 0
    while True:
        at = _skip_space(content, at)
        closing = b"-->" if content.startswith(b"<!--", at) else b"?>" if content.startswith(b"<?", at) else b""
        if not closing:
            break
        end = content.find(closing, at + len(closing))
        if end < 0:
            raise _refused(file, "a comment or instruction before its first element never ends")
        at = end + len(closing)
    if content.startswith(b"<!", at):
        raise _refused(file, "it has a document type (DOCTYPE), which could define entities; take it out")


_SPACE = re.compile(rb"[ \t\r\n]*")


def _skip_space(content: bytes, at: int) -> int:
    found = _SPACE.match(content, at)
    return found.end() if found else at


def _check_counts(content: bytes, file: str, limits: Limits) -> None:
    """Bound attributes and namespaces from the raw bytes: a parser builds all of an element's before it
    tells."""
    if sum(1 for _ in _ATTRIBUTE.finditer(content)) > limits.attributes:
        raise _refused(file, f"it has more than {limits.attributes:,} attributes")
    different: set[bytes] = set()
    for number, found in enumerate(_NAMESPACE.finditer(content), 1):
        different.add(found[0])
        if number > limits.declarations or len(different) > limits.namespaces:
            raise _refused(file, f"it declares more than {limits.namespaces:,} namespaces, or too often")


def _parser() -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=("start", "end"),
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _parse(content: bytes, file: str, limits: Limits) -> etree._Element:
    parser = _parser()
    count = _Count(file, limits)
    try:
        for at in range(0, len(content), CHUNK):
            parser.feed(content[at : at + CHUNK])
            count.take(parser)
        root: etree._Element = parser.close()
    except etree.XMLSyntaxError as error:
        raise _refused(file, _reason(error, limits)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused(file, "it has a document type (DOCTYPE); take it out")
    return root


#: What only a programmer could follow: names of the parser's functions, and its advice to whoever calls them.
_JARGON = re.compile(r"\bxml[A-Z]\w*: |,? (?:use|try) XML_PARSE_HUGE(?: option)?")
_CHARACTER = re.compile(r"invalid xmlChar value (\d+)")


def _reason(error: etree.XMLSyntaxError, limits: Limits) -> str:
    # Shortened, because the message may quote as much of the file as the sender likes.
    said = " ".join(str(error.msg or "it ends too early")[:200].split())
    if said.startswith("Excessive depth"):  # the parser's own limit, reached before ours was looked at
        return f"its elements are nested more than {limits.depth} deep"
    plain = _CHARACTER.sub(r"the character with the number \1 is none that XML may hold", _JARGON.sub("", said))
    return f"it is not well-formed XML: {plain}"


class _Count:
    """Counts elements and depth as the parser reports them."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.elements = self.depth = 0

    def take(self, parser: etree.XMLPullParser) -> None:
        for event, _ in parser.read_events():
            if event == "end":
                self.depth -= 1
                continue
            self.depth += 1
            self.elements += 1
            self._check()

    def _check(self) -> None:
        if self.elements > self.limits.elements:
            raise _refused(self.file, f"it has more than {self.limits.elements:,} elements")
        if self.depth > self.limits.depth:
            raise _refused(self.file, f"its elements are nested more than {self.limits.depth} deep")
