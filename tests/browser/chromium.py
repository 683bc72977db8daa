"""Chromium for the browser tests and `make docs`: the machine's, or else playwright's own.

As a program (`python -m tests.browser.chromium`) it starts it once, to see that the machine has what it needs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MACHINES = Path("/usr/bin/chromium")
MISSING = """
Chromium does not start here, so the browser tests and make docs cannot run. On Debian an administrator installs what it
needs: apt-get install chromium libatomic1. The other tests need no browser: make test TESTS="tests/engine tests/webapp".
"""


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium."""
    return playwright.chromium.launch(executable_path=MACHINES if MACHINES.exists() else None, args=FLAGS)


def main() -> int:
    """Start and end it: 0 when it starts, else 1 with what to install."""
    try:
        with sync_playwright() as playwright:
            launch(playwright).close()
    except (Error, OSError) as error:  # OSError: playwright's own Node.js does not start either
        print(error, MISSING, sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
