"""Decoder parameters that users may set, checked before anything is decoded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.base.errors import UserError

#: Decoder parameters that users may not set: the files of a model, and what its acoustic part was trained with.
RESERVED = ("hmm", "lm", "dict", "logfn", "samprate", "frate", "nfft", "nfilt", "ncep", "ceplen", "ldadim", "logbase")

#: Where the engine differs from pocketsphinx, since version 0.1.0: results of that version count only with these.
#: docs/embedded-engine.md has the figures; on human speech they bring nothing.
DEFAULTS: Mapping[str, Any] = {"beam": 1e-60, "pbeam": 1e-60, "maxhmmpf": 2500}


def checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Decoder parameters in pocketsphinx's own types, with the engine's where the user sets none.

    Raises:
        UserError: a parameter is unknown, reserved or of a wrong type.

    """
    if not settings:
        return dict(DEFAULTS)
    import pocketsphinx

    types = {parameter.name: parameter.type for parameter in pocketsphinx.Config().describe()}
    found = {}
    for key, value in sorted(settings.items()):
        where = f"config: pocketsphinx: decoder: {key}"
        if key not in types:
            raise UserError(
                f"{where}: pocketsphinx has no such parameter", "names as in its manual, such as lw or beam"
            )
        # Text parameters name files and methods; pocketsphinx crashes where they do not fit its acoustic model.
        if key in RESERVED or types[key] is str:
            raise UserError(f"{where}: the engine sets this itself", "take the key out")
        try:
            found[key] = _converted(value, types[key])
        except ValueError as error:
            raise UserError(f"{where}: {value!r} is not of type {types[key].__name__}", "correct the value") from error
    return {**DEFAULTS, **found}


def _converted(value: object, expected: type) -> object:
    """The value in the expected type.

    YAML 1.1 reads 1e-60, without a point, as a string: for a float that is a number too.

    Raises:
        ValueError: it is of another type.

    """
    if type(value) is expected:
        return value
    if expected is float and isinstance(value, int | str) and not isinstance(value, bool):
        return float(value)
    raise ValueError
