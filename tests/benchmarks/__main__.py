"""``make bench``."""

from tests.benchmarks import completion

completion.run()
