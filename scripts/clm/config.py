"""Loading of the configuration: defaults, what the user changed, validation, paths."""

import contextlib
import datetime
import difflib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clm.base.errors import UserError
from clm.base.messages import nearest
from clm.base.s3_path import S3Path, is_address
from clm.settings import FROM_REFERENCES, Settings

# Snakemake reads {x} as a wildcard and <x> as a path variable, and ends a path at a line break.
UNUSABLE_NAME = re.compile(r"[{}\n\r]|<[a-z][a-z0-9_]*>")

#: Keys that name files or folders.
PATHS = (
    "input", "keywords", "training_data", "tuning_data", "corpus.folder", "corpus.zim", "normalizer.equivalents",
    "pocketsphinx.pronunciations", "evaluation.control_text",
)  # fmt: skip
#: What `auto` finds beside the input, the first of these that is there.
BESIDE = {
    "keywords": tuple(f"keywords/keywords.{ending}" for ending in ("txt", "csv", "tsv", "xlsx")),
    "corpus.folder": ("articles",),
    "training_data": ("training_data",),
    "tuning_data": ("tuning_data",),
}
#: Likeness of a key to one that is meant, as difflib measures it, and how many of one name are offered.
_NEAR, _MOST_MEANT = 0.75, 3
#: Those of them that may be addresses in S3.
REMOTE = PATHS[:4]


def load_yaml(path: Path) -> Any:
    """Read a YAML file; PyYAML is imported here because most jobs do without it."""
    import yaml

    # Every job reads the configuration: libyaml takes a tenth of the time, where PyYAML was built with it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, loader)  # noqa: S506 - both are safe loaders


def load(changes: Mapping[str, Any], checkout: Path, workdir: Path) -> Settings:
    """Merge the user's changes into the shipped defaults, check the result and resolve its paths.

    Shipped input paths count from `checkout`, the user's from `workdir`; both come back relative to `workdir`
    where they lie below it. `results` always counts from `workdir`. Every `auto` is replaced by what it found.

    Raises:
        UserError: an unknown key, a value of the wrong type, a file that is not there.

    """
    defaults = load_yaml(checkout / "config" / "config.yaml")
    schema = load_yaml(checkout / "config" / "config.schema.yaml")
    changes = coerce(changes, schema)
    config = merge(defaults, changes)
    check(config, schema)
    if "input" in changes and "heldout" not in changes.get("evaluation", {}):
        config["evaluation"]["heldout"] = []  # the demo's folders mean nothing in another data set
    for key in PATHS:
        value = get(config, key)
        if value not in (None, "auto", FROM_REFERENCES) and not is_address(value):
            base = workdir if get(changes, key) is not None else checkout
            put(config, key, relative(base / Path(value).expanduser(), workdir))
    if is_address(config["results"]):
        raise UserError(
            "config: results: is the name of a folder, not an address in S3",
            "name a folder; --profile profiles/s3 keeps it in a bucket (docs/cluster.md)",
        )
    config["results"] = relative(workdir / Path(config["results"]).expanduser(), workdir)
    resolve_comparison(config, workdir)
    resolve_auto(config, workdir)
    for key in ("results", "keywords"):
        if UNUSABLE_NAME.search(config[key] or ""):
            raise UserError(
                f"config: {key}: Snakemake cannot handle {{, }}, <word> or a line break in {config[key]!r}",
                "use another path",
            )
    check_addresses(config)
    for key in PATHS[1:]:
        value = get(config, key)
        # Whether something is in S3 is looked up later, with what else is listed there.
        if key == "tuning_data" and value == FROM_REFERENCES:  # chosen when a model is trained
            continue
        unknown = value is None or is_address(value) or (value == "auto" and is_address(config["input"]))
        if not unknown and not (workdir / value).exists():
            raise UserError(f"config: {key}: there is no file or folder {value}", "correct the path, or set it to null")
    return Settings.of(config)


def check_addresses(config: dict[str, Any]) -> None:
    """Check what is in S3, as far as that can be told from the configuration alone; the bucket may be the input's.

    Raises:
        UserError: an address has no bucket, a key cannot be one, or the engine needs a bucket and there is none.

    """
    addresses = {key: S3Path.parse(get(config, key)) for key in REMOTE if is_address(get(config, key))}
    section = config["transcribe"]
    if section["bucket"] is None and "input" in addresses:
        section["bucket"] = addresses["input"].bucket
    if config["engine"] == "transcribe" and section["bucket"] is None:
        raise UserError(
            "config: transcribe.bucket: Amazon Transcribe reads audio from an S3 bucket and writes its results there",
            "name a bucket of yours (docs/aws.md shows how to make one)",
        )
    if is_address(config["evaluation"]["control_text"]):
        raise UserError("config: evaluation.control_text: is read from this machine", "copy the text here")
    if is_address(config["corpus"]["folder"]):
        raise UserError("config: corpus.folder: articles are read from a folder on this machine", "copy them here")


def resolve_comparison(config: dict[str, Any], workdir: Path) -> None:
    """Resolve the other results folder that the report compares with; whether it is there, the report says.

    Raises:
        UserError: it is an address in S3, or the folder of this run's own results.

    """
    other = config["report"]["compare"]
    if other is None:
        return
    if is_address(other):
        raise UserError("config: report.compare: is read from this machine", f"copy {other} here and name the copy")
    config["report"]["compare"] = found = relative(workdir / Path(other).expanduser(), workdir)
    if found == config["results"]:
        raise UserError(
            f"config: report.compare: {found} is the results folder of this run",
            "name that of a run before, or choose another folder for this one with results",
        )


def resolve_auto(config: dict[str, Any], workdir: Path) -> None:
    """Replace each `auto` by what lies beside the input folder, or by None.

    Keywords beside an input in S3 stay `auto` until the objects there are listed.
    """
    remote = is_address(config["input"])
    beside = Path(config["input"]).parent
    for key, names in BESIDE.items():
        if remote and key == "keywords":
            continue
        if get(config, key) == "auto":
            found = [] if remote else [beside / name for name in names if (workdir / beside / name).exists()]
            put(config, key, str(found[0]) if found else None)
    if config["corpus"]["source"] == "auto":
        config["corpus"]["source"] = "folder" if config["corpus"]["folder"] else "wikipedia"


def relative(path: Path, workdir: Path) -> str:
    """`path` relative to `workdir` if it lies below it, else absolute; symbolic links stay as they are."""
    absolute = os.path.normpath(path)
    below = os.path.relpath(absolute, workdir)
    return absolute if below.startswith("..") else below


def merge(defaults: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `changes` over `defaults`, section by section.

    >>> merge({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"c": 4}})
    {'a': {'b': 1, 'c': 4}, 'd': 3}
    """
    merged = dict(defaults)
    for key, value in changes.items():
        old = merged.get(key)
        # A free mapping (decoder parameters) is empty by default, so merging it is replacing it.
        merged[key] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def get(config: Mapping[str, Any], key: str) -> Any:
    """Value at a dotted key, or None.

    >>> get({"corpus": {"folder": "x"}}, "corpus.folder")
    'x'
    """
    value: Any = config
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def put(config: dict[str, Any], key: str, value: Any) -> None:
    """Set the value at a dotted key whose sections exist."""
    *sections, last = key.split(".")
    for section in sections:
        config = config[section]
    config[last] = value


def coerce(value: Any, schema: Mapping[str, Any]) -> Any:
    """Turn what a command line or YAML made of a word back into what the schema asks for.

    `--config keywords=null self_heal=true` arrives as strings, and a folder named 1 as a number.

    >>> schema = {"properties": {"a": {"type": "boolean"}, "b": {"type": ["string", "null"]}, "c": {"type": "number"}}}
    >>> coerce({"a": "true", "b": 1, "c": "0.5"}, schema)
    {'a': True, 'b': '1', 'c': 0.5}
    >>> coerce({"b": "null"}, schema)
    {'b': None}
    >>> coerce("0.5", {"oneOf": [{"const": "auto"}, {"type": "number"}]})
    0.5
    """
    if isinstance(value, Mapping):
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        return {key: coerce(item, known.get(key, other or {})) for key, item in value.items()}
    if isinstance(value, list):
        items = next((option["items"] for option in (schema, *schema.get("oneOf", ())) if "items" in option), {})
        return [coerce(item, items) for item in value]
    options = [option.get("type", ()) for option in (schema, *schema.get("oneOf", ()))]
    types = {name for option in options for name in ([option] if isinstance(option, str) else option)}
    if isinstance(value, str):
        return coerce_word(value, types)
    if "string" in types and "number" not in types and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def coerce_word(word: str, types: set[str]) -> Any:
    """The value that a word stands for, if it is of one of these JSON types; else the word."""
    lower = word.strip().lower()
    if "null" in types and lower in ("null", "none", "~", ""):
        return None
    if "boolean" in types and lower in ("true", "false"):
        return lower == "true"
    for name, number in (("integer", int), ("number", int), ("number", float)):
        if name in types:
            with contextlib.suppress(ValueError):
                return number(lower)
    return word


def check(config: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Validate against the schema.

    Raises:
        UserError: names the key, what was found, and the nearest known key or the accepted values.

    """
    import jsonschema

    errors = sorted(
        jsonschema.Draft202012Validator(schema).iter_errors(config), key=lambda error: [str(p) for p in error.path]
    )
    if not errors:
        return
    error = errors[0]
    where = ".".join(str(part) for part in error.path)
    if error.validator == "additionalProperties":
        known = list(error.schema["properties"])
        name = next(str(key) for key in error.instance if key not in known)
        full = f"{where}.{name}" if where else name
        raise UserError(f"config: unknown key {full!r}", _meant(full, known, where, schema))
    if wrong := next(_of_yaml(error.instance), None):
        raise UserError(
            f"config: {where}: {wrong[0]}, which YAML reads as {wrong[1]}, is to be text",
            f'quote it: "{wrong[0]}"',
        )
    accepted = error.schema.get("description", "see config/README.md")
    found = f"{error.instance!r} is not allowed" if error.validator == "oneOf" else error.message
    raise UserError(f"config: {where or 'the file'}: {found}", accepted)


def _meant(name: str, known: list[str], where: str, schema: Mapping[str, Any]) -> str:
    """Hint for an unknown key: the nearest one beside it, that of this name in a section, or the nearest of all."""
    last = name.rpartition(".")[2]
    if not difflib.get_close_matches(last, known, n=1, cutoff=_NEAR):
        elsewhere = {key: key.rpartition(".")[2] for key, _ in leaves(schema)}
        same = [key for key, end in elsewhere.items() if end == last]
        close = difflib.get_close_matches(last, set(elsewhere.values()), n=1, cutoff=_NEAR)
        same = same or [key for key, end in elsewhere.items() if end in close]
        if same:
            return f"did you mean {' or '.join(same[:_MOST_MEANT])}?"
    return nearest(last, known, where)


def _of_yaml(value: Any) -> Iterator[tuple[str, str]]:
    """Scalars that YAML takes for something else than text, as they were written, as far as that can be told."""
    if isinstance(value, list):
        for item in value:
            yield from _of_yaml(item)
    elif isinstance(value, datetime.date):  # a datetime is one as well
        written = value.isoformat().replace("T", " ").removesuffix(" 00:00:00")
        yield written, "a date"
    elif isinstance(value, bool):
        yield "yes" if value else "no", "true or false"


def leaves(schema: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every dotted key of a schema with its own schema, sections before what they hold."""
    for key, item in schema.get("properties", {}).items():
        yield prefix + key, item
        yield from leaves(item, f"{prefix}{key}.")
