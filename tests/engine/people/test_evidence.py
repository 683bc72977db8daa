"""What may be added as evidence: by what a file holds, not by what it is called."""

from __future__ import annotations

import hashlib
import io
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from engine import Config, Engine, Scope, queries
from engine.errors import ConfigUnreadable, FileNotFound, FileRefused, InstanceNotFound
from engine.people.evidence import Limits, safe_name
from tests.engine.running import running
from tests.engine.spiff.cases import bpmn

SAM = Scope("town", frozenset({"seo"}), "sam")
ANN = Scope("town", frozenset({"clerk"}), "ann", oversees=True)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
DIAGRAM = bpmn(
    '<startEvent id="s"/><userTask id="asked" camunda:candidateGroups="seo"/><endEvent id="e"/>', "s>asked asked>e"
)


def archive(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in files.items():
            made.writestr(name.replace("__", "/"), text)
    return out.getvalue()


DOCX = archive(word__document_xml="<w/>")
MACROS = archive(word__document_xml="<w/>", word__vbaProject_bin="x").replace(b"vbaProject_bin", b"vbaProject.bin")


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Engine:
    """An engine with a folder for files, and one case that waits for its task."""
    engine = running(database_url, config=Config(files=tmp_path / "files"))
    engine.deployments.deploy({"p.bpmn": DIAGRAM}, "town", by="owner", strict=False)
    engine.cases.start("p", authority="town")
    return engine


def add(engine: Engine, name: str = "minutes.pdf", content: bytes = PDF, **given: object) -> int:
    return engine.attachments.add(1, name, io.BytesIO(content), SAM, **given)  # type: ignore[arg-type]


def rows(engine: Engine, who: Scope = SAM, officer: bool = True) -> list[queries.AttachmentRow]:
    with engine.reading(who) as session:
        return queries.attachments(session, 1, who, officer)


def test_a_file_comes_back_as_it_was_added(engine: Engine) -> None:
    with engine.attachments.open(add(engine), SAM) as content:
        assert content.read() == PDF


def test_what_is_known_of_it_stands_beside_it(engine: Engine) -> None:
    add(engine, task=1)
    [row] = rows(engine)
    assert (row.name, row.media_type, row.size, row.by, row.task_id) == (
        "minutes.pdf",
        "application/pdf",
        len(PDF),
        "sam",
        1,
    )
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", PDF), ("A.PNG", PNG), ("a.docx", DOCX), ("a.txt", "Grüße".encode()), ("a.csv", b"urn,name\n1,x\n")],
)
def test_what_is_what_its_name_says_is_taken(engine: Engine, name: str, content: bytes) -> None:
    assert add(engine, name, content) == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", PNG, "not what a .pdf file holds"),
        ("a.png", PDF, "not what a .png file holds"),
        ("a.docx", archive(xl__workbook_xml="<x/>"), "not what a .docx file holds"),
        ("a.docx", MACROS, "not what"),
        ("a.txt", b"MZ\x90\x00", "not what a .txt file holds"),
        ("a.exe", b"MZ", "files of this type are not taken"),
        ("page.html", b"<script>", "files of this type are not taken"),
        ("noend", PDF, "its name has no ending"),
        ("a.pdf", b"", "it is empty"),
    ],
)
def test_what_is_not_is_refused_and_leaves_nothing(
    engine: Engine, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(FileRefused, match=reason):
        add(engine, name, content)
    assert rows(engine) == []
    assert [each for each in tmp_path.rglob("*") if each.is_file() and "files" in each.parts] == []


def test_a_file_that_is_too_large_is_refused(database_url: str, tmp_path: Path) -> None:
    engine = running(database_url, config=Config(files=tmp_path, limits=Limits(size=1_000_000)))
    with pytest.raises(FileRefused, match="larger than 1 MB"):
        engine.attachments.add(1, "a.pdf", io.BytesIO(PDF + b"0" * 1_000_000), SAM)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("C:\\Users\\ann\\notes.pdf", "notes.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ('a"b\r\nX: y.pdf', "ab X y.pdf"),
        (".pdf", "file.pdf"),
        ("noext", "noext"),
        ("x" * 300, "x" * 120),
        (". .", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("Élève – été.pdf", "Élève – été.pdf"),
    ],
)
def test_a_name_is_made_safe(given: str, name: str) -> None:
    assert safe_name(given) == name


def test_what_is_confidential_is_for_its_roles_and_whoever_added_it(engine: Engine) -> None:
    add(engine, roles=["clerk"])
    assert [each.name for each in rows(engine)] == ["minutes.pdf"]
    assert [each.name for each in rows(engine, ANN)] == ["minutes.pdf"]
    assert rows(engine, Scope("town", frozenset({"head"}), "hari", oversees=True)) == []
    assert rows(engine, Scope("elsewhere", frozenset({"clerk"}), "ann")) == []


def test_somebody_outside_reads_what_was_added_to_their_tasks(engine: Engine) -> None:
    add(engine)
    add(engine, "evidence.pdf", task=1)
    outside = Scope("town", frozenset({"seo"}), "olive")
    assert [each.name for each in rows(engine, outside, officer=False)] == ["evidence.pdf"]


def test_what_was_removed_leaves_who_when_and_why_and_no_content(engine: Engine, tmp_path: Path) -> None:
    file = add(engine)
    engine.attachments.remove(file, "It was another school's.", SAM)
    [row] = rows(engine)
    assert (row.removed_by, row.reason) == ("sam", "It was another school's.")
    with pytest.raises(FileNotFound):
        engine.attachments.open(file, SAM)
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()] == []


def test_a_file_is_of_a_case_that_there_is(engine: Engine) -> None:
    with pytest.raises(InstanceNotFound):
        engine.attachments.add(99, "a.pdf", io.BytesIO(PDF), SAM)


@pytest.mark.parametrize(("code", "reason"), [(1, "found something"), (2, "could not be looked at")])
def test_a_scanner_refuses_what_it_finds(database_url: str, tmp_path: Path, code: int, reason: str) -> None:
    scanner = (sys.executable, "-c", f"raise SystemExit({code})")
    engine = running(database_url, config=Config(files=tmp_path, limits=Limits(scanner=scanner)))
    with pytest.raises(FileRefused, match=reason):
        engine.attachments.add(1, "a.pdf", io.BytesIO(PDF), SAM)


def test_a_scanner_that_finds_nothing_lets_it_in(database_url: str, tmp_path: Path) -> None:
    scanner = (sys.executable, "-c", "import sys; open(sys.argv[1], 'rb').read()")
    engine = running(database_url, config=Config(files=tmp_path, limits=Limits(scanner=scanner)))
    engine.deployments.deploy({"p.bpmn": DIAGRAM}, "town", by="owner", strict=False)
    engine.cases.start("p", authority="town")
    assert engine.attachments.add(1, "a.pdf", io.BytesIO(PDF), SAM) == 1


@pytest.mark.parametrize(
    "given", [{"PATHWAYS_FILE_MB": "many"}, {"PATHWAYS_FILE_MB": "0"}, {"PATHWAYS_FILE_TYPES": "exe"}]
)
def test_settings_that_mean_nothing_are_refused(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(ConfigUnreadable):
        Config.load(tmp_path, given)


def test_settings_choose_size_types_and_scanner(tmp_path: Path) -> None:
    said = {"PATHWAYS_FILE_MB": "5", "PATHWAYS_FILE_TYPES": ".pdf, JPG", "PATHWAYS_VIRUS_SCANNER": "scan --quick"}
    assert Config.load(tmp_path, said).limits == Limits(5_000_000, ("pdf", "jpg"), ("scan", "--quick"))


ODT = "application/vnd.oasis.opendocument.text"


def opendocument(said: str = ODT, more: str = "content.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", said)
        made.writestr(more, "x")
    return out.getvalue()


def test_an_opendocument_is_taken(engine: Engine) -> None:
    assert add(engine, "a.odt", opendocument()) == 1


@pytest.mark.parametrize("name", ["Basic/Standard/Module1.xml", "Scripts/python/x.py", "basic/x.xml"])
def test_an_opendocument_with_macros_is_refused(engine: Engine, name: str) -> None:
    with pytest.raises(FileRefused, match="not what"):
        add(engine, "a.odt", opendocument(more=name))


def test_macros_are_known_in_whatever_letters(engine: Engine) -> None:
    with pytest.raises(FileRefused, match="not what"):
        add(engine, "a.docx", MACROS.replace(b"vbaProject.bin", b"VBAPROJECT.BIN"))


def test_a_damaged_opendocument_is_refused(engine: Engine) -> None:
    damaged = bytearray(opendocument(ODT * 200))
    at = damaged.find(b"mimetype") + 8
    damaged[at : at + 8] = b"\xff" * 8
    with pytest.raises(FileRefused, match="not what"):
        add(engine, "a.odt", bytes(damaged))


def test_a_small_file_that_unpacks_to_a_large_one_takes_no_memory(engine: Engine) -> None:
    large = opendocument("\0" * 50_000_000)
    tracemalloc.start()
    with pytest.raises(FileRefused, match="not what"):
        add(engine, "a.odt", large)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000
