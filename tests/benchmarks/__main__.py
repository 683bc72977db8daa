"""``make bench``: medians and ratios from one run on this machine."""

from tests import postgres
from tests.benchmarks import both, completion, feel, pages, scale, timers


def begin(subject: str) -> None:
    """Say what is measured next: each takes a while before its figures come."""
    print(f"... {subject}", flush=True)


print("Measuring: six subjects, several minutes in all; figures come as each is done.", flush=True)
postgres.begin_run()
begin("asking FEEL")
feel.run()
begin("completing a user task, on SQLite")
completion.on_sqlite()
begin("completing a user task, on PostgreSQL")
with postgres.database(postgres.server()) as url:
    completion.run("PostgreSQL", url)
begin("the same cases on SpiffWorkflow's own BPMN layer and on ours, in memory")
both.run()
begin("pages over HTTP")
pages.run()
begin("lists with many open and completed tasks")
scale.run()
begin("the scheduler with nothing due, and the storm at the start of a term")
timers.run()
