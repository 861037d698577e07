"""The embedded engine: pocketsphinx with its stock US English model and CLMs made from text."""

from __future__ import annotations

from clm.settings import Settings
from clm.types import Engine


def create(settings: Settings) -> Engine:
    """Create the engine; its module is loaded only now, since the package's other modules are used without it.

    Raises:
        UserError: the engine cannot work with these settings.

    """
    from clm.engines.pocketsphinx import sphinx_engine

    return sphinx_engine.create(settings)
