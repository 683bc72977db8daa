"""``make bench``: medians and ratios from one run on this machine."""

from tests import postgres
from tests.benchmarks import completion, pages, scale, timers

postgres.begin_run()
completion.on_sqlite()
with postgres.database(postgres.server()) as url:
    completion.run("PostgreSQL", url)
pages.run()
scale.run()
timers.run()
