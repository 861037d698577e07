"""Requests checked against botocore's own service models: the constraints that its client leaves to the server.

The client checks types, required members and minima only; patterns, enumerations and maxima pass it unseen.
"""

import functools
import re
from collections.abc import Iterator
from typing import Any

import botocore.model
import botocore.session

from aws.errors import AwsError

_TYPES: dict[str, type | tuple[type, ...]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
}
#: How a service names a request that breaks a constraint of its model.
_INVALID = {"transcribe": "BadRequestException", "comprehend": "ValidationException"}


@functools.cache
def service_model(service: str) -> botocore.model.ServiceModel:
    """The model of a service as botocore ships it."""
    return botocore.session.get_session().get_service_model(service)


def check_request(service: str, operation: str, request: object) -> None:
    """Check a request against the operation's input shape.

    Raises:
        AwsError: a value is of another type, or breaks a constraint; the message lists all that do.

    """
    shape = service_model(service).operation_model(operation).input_shape
    violations = list(_violations(shape, request, ""))
    if violations:
        count = f"{len(violations)} validation error{'s' if len(violations) > 1 else ''} detected"
        raise AwsError(_INVALID[service], f"{count}: {'; '.join(violations)}")


def members_of(service: str, shape: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values that a structure of the model has members for; None counts as absent."""
    members = service_model(service).shape_for(shape).members
    return {key: value for key, value in values.items() if key in members and value is not None}


def _violations(shape: botocore.model.Shape, value: Any, path: str) -> Iterator[str]:
    expected = _TYPES[shape.type_name]
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise AwsError("SerializationException", f"{path or 'the request'} is not a {shape.type_name}")
    if shape.type_name == "structure":
        yield from _structure_violations(shape, value, path)
    elif shape.type_name == "map":
        yield from _size_violations(shape, len(value), value, path)
        for key, entry in value.items():
            yield from _violations(shape.key, key, f"{path}.key")
            yield from _violations(shape.value, entry, f"{path}.{key}")
    elif shape.type_name == "list":
        yield from _size_violations(shape, len(value), value, path)
        for number, entry in enumerate(value, 1):
            yield from _violations(shape.member, entry, f"{path}.{number}.member")
    elif shape.type_name == "string":
        yield from _string_violations(shape, value, path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _range_violations(shape, value, path)


def _structure_violations(shape: botocore.model.StructureShape, value: dict[str, Any], path: str) -> Iterator[str]:
    # JSON null is an absent member.
    given = {key: entry for key, entry in value.items() if entry is not None}
    for name in shape.required_members:
        if name not in given:
            yield _violation(None, _join(path, name), "not be null")
    for name, entry in given.items():
        # Unknown members are ignored, as the real services do.
        if name in shape.members:
            yield from _violations(shape.members[name], entry, _join(path, name))


def _string_violations(shape: botocore.model.StringShape, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield _violation(value, path, f"satisfy enum value set: [{', '.join(shape.enum)}]")
    yield from _size_violations(shape, len(value), value, path)
    pattern = shape.metadata.get("pattern")
    # The whole value must match, with or without anchors in the pattern.
    if pattern and not re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value):
        yield _violation(value, path, f"satisfy regular expression pattern: {pattern}")


def _size_violations(shape: botocore.model.Shape, size: int, value: object, path: str) -> Iterator[str]:
    if size > shape.metadata.get("max", size):
        yield _violation(value, path, f"have length less than or equal to {shape.metadata['max']}")
    if size < shape.metadata.get("min", size):
        yield _violation(value, path, f"have length greater than or equal to {shape.metadata['min']}")


def _range_violations(shape: botocore.model.Shape, value: float, path: str) -> Iterator[str]:
    if value > shape.metadata.get("max", value):
        yield _violation(value, path, f"have value less than or equal to {shape.metadata['max']}")
    if value < shape.metadata.get("min", value):
        yield _violation(value, path, f"have value greater than or equal to {shape.metadata['min']}")


def _violation(value: object, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: Member must {constraint}"


def _join(path: str, name: str) -> str:
    return f"{path}{'.' if path else ''}{name[0].lower()}{name[1:]}"
