"""Every error that the engine raises, by noun. The docstring of a class is the message that a person reads.

A docstring says what happened and what to do about it; names in braces are filled from the error's own attributes. What only
the web application raises stands there, beside what raises it.
"""

from engine.errors.base import PathwaysError as PathwaysError
from engine.errors.cases import *  # noqa: F403
from engine.errors.diagrams import *  # noqa: F403
from engine.errors.execution import *  # noqa: F403
from engine.errors.expressions import *  # noqa: F403
from engine.errors.installation import *  # noqa: F403
from engine.errors.people import *  # noqa: F403
from engine.errors.reports import *  # noqa: F403
from engine.errors.schools import *  # noqa: F403
from engine.errors.tasks import *  # noqa: F403
