"""What submitting a form costs the server over HTTP, beside an empty page: both through the whole application, in process."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.completion import timed
from webapp import SAMPLE_PASSWORD, create_app
from webapp.cli import upgrade
from webapp.sample import page

ROOT = Path(__file__).resolve().parent.parent.parent
TIMES = 40
CONCERN = {
    "concern_cause": "leadership",
    "areas_of_concern": "quality of education",
    "concern_description": "Falling results.",
}
EVIDENCE = {
    "evidence_quality_of_education": "Weak.",
    "evidence_leadership": "Few checks.",
    "evidence_summary": "Falling results.",
}


def run() -> None:
    """Print both and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{Path(folder) / 'bench.db'}",
            "SAMPLE": True,
            "WTF_CSRF_ENABLED": False,
        }
        app = create_app(settings)
        upgrade(app)
        with app.app_context():
            page.seed(ROOT)
        client = app.test_client()
        client.post("/sign-in", data={"username": "seo@barnsley.example.org", "password": SAMPLE_PASSWORD})
        for _ in range(TIMES + 3):
            client.post("/start/barnsley-escalation/100001", data=CONCERN)
        client.get("/nowhere")
        empty = median(timed(lambda: client.get("/nowhere")) for _ in range(TIMES)) * 1_000
        posts = [timed(lambda n=n: client.post(f"/tasks/{n}", data=EVIDENCE)) for n in range(1, TIMES + 3)]
    post = median(posts[2:]) * 1_000
    print("Over HTTP, server time in milliseconds (medians)")
    print(f"  empty page: {empty:.1f}, a form submitted and the case gone on: {post:.1f}, ratio {post / empty:.1f}")
