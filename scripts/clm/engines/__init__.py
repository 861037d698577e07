"""Speech recognition engines by name, a package each.

A new engine is one package here with a function `create(settings)` that returns a `clm.types.Engine`; add its name to
`NAMES`, and to `EMBEDDED` if it works on this machine. Packages are imported only when chosen, and import what is heavy
only when used.
"""

from __future__ import annotations

import importlib

from clm.base.errors import UserError
from clm.settings import Settings
from clm.types import Engine

NAMES = ("pocketsphinx", "whisper", "transcribe")
#: Engines that are part of this installation, and therefore do not change with time.
EMBEDDED = ("pocketsphinx", "whisper")


def create(settings: Settings) -> Engine:
    """Create the engine that the settings name.

    Raises:
        UserError: the engine is unknown, or cannot work with these settings (their language, for example).

    """
    name = settings.engine
    if name not in NAMES:
        raise UserError(f"config: engine: there is no engine {name!r}", f"choose one of {', '.join(NAMES)}")
    return importlib.import_module(f"clm.engines.{name}").create(settings)
