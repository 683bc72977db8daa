"""Benchmarks: printed by ``make bench`` as medians and ratios from one run; never asserted by tests."""
