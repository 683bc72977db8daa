"""What the tests of decisions share."""

from __future__ import annotations

import pytest

from engine.feel import Feel


@pytest.fixture
def feel() -> Feel:
    """FEEL, by the process that all share."""
    return Feel.shared()
