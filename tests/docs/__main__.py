"""``make docs``."""

from tests.docs.pages import main

main()
