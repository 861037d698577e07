"""Amazon Transcribe as an engine."""

from __future__ import annotations

from clm.settings import Settings
from clm.types import Engine


def create(settings: Settings) -> Engine:
    """Create the engine; its module is loaded only now, since the package's other modules are used without it.

    Raises:
        UserError: the engine cannot work with these settings.

    """
    from clm.engines.transcribe import transcribe_engine

    return transcribe_engine.create(settings)
