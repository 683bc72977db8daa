"""The engine alone, in the lines that the README shows."""

import subprocess
import sys

from engine import Engine
from tests.engine.running import MESSAGES
from tests.engine.spiff.cases import bpmn

REVIEW = bpmn(
    '<startEvent id="begin"/><userTask id="look" name="Review the school"/>'
    '<exclusiveGateway id="again" default="f_again_wait"/>'
    '<eventBasedGateway id="wait"/>'
    '<intermediateCatchEvent id="month"><timerEventDefinition><timeDuration>P1M</timeDuration></timerEventDefinition>'
    "</intermediateCatchEvent>"
    '<intermediateCatchEvent id="judged"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    '<endEvent id="end"/>',
    'begin>look look>again again>look[outcome = "repeat"] again>wait wait>month wait>judged month>look judged>end',
    MESSAGES + '<message id="m" name="ofsted-judgement"/>',
    "review",
)


def test_ten_lines(database_url: str) -> None:
    xml_bytes = REVIEW

    engine = Engine(database_url)
    engine.deployments.deploy({"review.bpmn": xml_bytes}, strict=False)
    case = engine.cases.start("review", business_key="URN 100001", variables={"pace": "slow"})
    for task in engine.tasks.open(instance=case):
        engine.tasks.complete(task.id, {"outcome": "loop"}, by="seo")
    engine.messages.correlate("ofsted-judgement", {"urn": "100001"}, {"grade": "inadequate"})
    engine.jobs.run_due()

    assert engine.cases.get(case).status == "completed"
    assert engine.cases.variables(case) == {"pace": "slow", "outcome": "loop", "grade": "inadequate"}
    assert engine.cases.trace(case) == ["begin", "look", "again", "wait", "judged", "end"]


def test_the_engine_knows_no_web() -> None:
    web = "[m for m in ('flask', 'webapp', 'werkzeug') if m in sys.modules]"
    asked = f"import sys, engine, engine.cli, engine.scheduler; print({web})"
    assert (
        subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
