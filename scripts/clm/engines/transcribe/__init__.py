"""Amazon Transcribe as an engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.types import Engine


def create(config: Mapping[str, Any]) -> Engine:
    """Create the engine; its module is loaded only now, since the package's other modules are used without it.

    Raises:
        UserError: the engine cannot work with this configuration.

    """
    from clm.engines.transcribe import transcribe_engine

    return transcribe_engine.create(config)
