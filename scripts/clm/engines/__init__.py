"""Speech recognition engines by name, a package each.

A new engine is one package here with a function `create(config)` that returns a `clm.types.Engine`; add its name to
`NAMES`, and to `EMBEDDED` if it works on this machine. Packages are imported only when chosen, and import what is heavy
only when used.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from clm.base.errors import UserError
from clm.types import Engine

NAMES = ("pocketsphinx", "whisper", "transcribe")
#: Those that are a part of this installation, so that they do not change with time.
EMBEDDED = ("pocketsphinx", "whisper")


def create(config: Mapping[str, Any]) -> Engine:
    """Create the engine that the validated configuration names.

    Raises:
        UserError: the engine is unknown, or cannot work with this configuration (its language, say).

    """
    name = config["engine"]
    if name not in NAMES:
        raise UserError(f"config: engine: there is no engine {name!r}", f"choose one of {', '.join(NAMES)}")
    return importlib.import_module(f"clm.engines.{name}").create(config)
