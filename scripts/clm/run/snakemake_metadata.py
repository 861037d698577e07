"""Snakemake's records of finished jobs, carried along with results that are in a bucket.

It keeps the parameters and inputs of every output in `.snakemake` of the working directory, and without them a changed
setting would go unnoticed in another one. So they are carried along as one file in the store.
"""

import json
from pathlib import Path

from clm.base import files

RECORDS = Path("store") / "snakemake.json"


def pack(snakemake: Path, results: Path) -> None:
    """Write the records in `.snakemake` to the results, but for those that a kill or a full disk has cut off."""
    paths = [path for path in sorted((snakemake / "metadata").rglob("*")) if path.is_file()]
    texts = {path.relative_to(snakemake).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    found = {name: text for name, text in texts.items() if _end(text) is not None}
    target = results / RECORDS
    if not target.exists() or files.read_json(target)["records"] != found:
        files.write_json(target, {"records": found}, indent=None)


def unpack(snakemake: Path, results: Path) -> None:
    """Write the records in the results to `.snakemake`, unless one there is of a later job."""
    source = results / RECORDS
    if not source.exists():
        return
    # Snakemake takes a folder of records without this one for an old format.
    (snakemake / "incomplete").mkdir(parents=True, exist_ok=True)
    for name, record in files.read_json(source)["records"].items():
        path = snakemake / name
        here = _end(path.read_text(encoding="utf-8")) if path.exists() else None
        if here is None or here < (_end(record) or 0.0):
            files.write_text(path, record)


def _end(record: str) -> float | None:
    """Time at which the job of a record ended; None if the record is not whole."""
    try:
        return json.loads(record).get("endtime") or 0.0
    except json.JSONDecodeError:
        return None
