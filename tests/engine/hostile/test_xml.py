"""Hostile XML is refused at once, with a clear message, in little memory; and nothing outside the file is touched."""

from __future__ import annotations

import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.diagram import LIMITS, read, read_bounded, read_xml
from engine.errors import DiagramRefused, ParseFailed
from tests.engine.hostile import xml_corpus as corpus
from tests.processor import Work

NOWHERE = ("/nowhere/secret", "http://127.0.0.1:9")
REFUSED = corpus.document_types(*NOWHERE) | corpus.encodings() | corpus.sizes() | corpus.malformed() | corpus.not_bpmn()
HARMLESS = corpus.harmless(*NOWHERE)
PYTHON_MEMORY = 40_000_000
"""Bytes that Python may allocate while it refuses one file (the file itself is at most 5 MB)."""
PROCESS_MEMORY = 250_000_000
"""Bytes by which a whole process may grow while it goes through all of the corpus, libxml2's own included."""


def test_the_corpus_is_large() -> None:
    assert len(REFUSED) >= 150


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_xml_is_refused(name: str) -> None:
    made = REFUSED[name]()
    tracemalloc.start()
    try:
        with Work() as work, pytest.raises(ParseFailed) as refusal:
            read(made, "hostile.bpmn")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert work.within(1)
    assert peak < PYTHON_MEMORY
    message = str(refusal.value)
    assert "hostile.bpmn" in message
    assert len(message) < 500
    assert "\n" not in message


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_harmless_is_read_quickly(name: str) -> None:
    made = HARMLESS[name]()
    with Work() as work:
        read(made, "harmless.bpmn")
    assert work.within(1)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that nobody may call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_no_file_is_opened_and_no_address_called(tmp_path: Path, listener: socket.socket) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret")
    places = str(secret), f"http://127.0.0.1:{listener.getsockname()[1]}"
    for make in (corpus.document_types(*places) | corpus.harmless(*places)).values():
        try:
            text = "".join(str(part) for part in read_xml(make(), "hostile.bpmn").itertext())
        except ParseFailed as refusal:
            text = str(refusal)
        assert "the-secret" not in text
    with pytest.raises(BlockingIOError):
        listener.accept()


MEASURE = """
import resource
from engine.diagram import read
from engine.errors import ParseFailed
from tests.engine.hostile import xml_corpus as corpus
from tests.engine.hostile.test_xml import HARMLESS, REFUSED

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

before = peak()
for make in (REFUSED | HARMLESS).values():
    try:
        read(make(), "hostile.bpmn")
    except ParseFailed:
        pass
print(peak() - before)
"""


def test_the_memory_of_a_whole_process_is_bounded() -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", MEASURE], cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) < PROCESS_MEMORY


def test_a_stream_is_left_unread_past_the_limit() -> None:
    read_chunks = 0

    def stream() -> Iterator[bytes]:
        nonlocal read_chunks
        while True:
            read_chunks += 1
            yield b" " * 1_000_000

    with pytest.raises(DiagramRefused, match="larger than 5 MB"):
        read_bounded(stream(), "hostile.bpmn")
    assert read_chunks == 6


def test_the_limits_themselves_are_allowed() -> None:
    assert len(read_xml(corpus.diagram("<a/>" * (LIMITS.elements - 1)), "large.bpmn")) == LIMITS.elements - 1
    padding = LIMITS.size - len(corpus.diagram())
    read_xml(corpus.diagram("x" * padding), "large.bpmn")
    read_xml(corpus.diagram("<a>" * (LIMITS.depth - 1) + "</a>" * (LIMITS.depth - 1)), "deep.bpmn")
