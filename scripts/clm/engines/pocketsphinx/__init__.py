"""The embedded engine: pocketsphinx with its stock US English model and CLMs made from text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.types import Engine


def create(config: Mapping[str, Any]) -> Engine:
    """Create the engine; its module is loaded only now, since the package's other modules are used without it.

    Raises:
        UserError: the engine cannot work with this configuration.

    """
    from clm.engines.pocketsphinx import sphinx_engine

    return sphinx_engine.create(config)
