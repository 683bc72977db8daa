"""What of a mail lets somebody in, such as a link or a code: for the mail alone, shown and kept nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What of a mail's payload are the parts of its subject and text that let somebody in.
SECRETS = "secrets"
#: What is read in the place of each.
LEFT_OUT = "[left out]"


def opened(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A mail as anybody but whom it is for may read it, and as it is kept once it is sent."""
    found = {name: value for name, value in payload.items() if name != SECRETS}
    for secret in payload.get(SECRETS, ()):
        for name in ("subject", "text"):
            found[name] = str(found[name]).replace(secret, LEFT_OUT)
    return found
