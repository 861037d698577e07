"""Check what a run on Amazon Transcribe needs: credentials, bucket, permissions, role, models, quotas, clock.

Takes the same configuration as the workflow. Each line says ok, not ok or unknown (where IAM does not let you ask);
hints name the policy in policies/ or the setting. Nothing is started that costs money: one small object is written to
the bucket and deleted again. Ends with status 1 if anything is not ok.
"""

import argparse
import sys
from collections.abc import Iterator

from clm import cli
from clm.base.redaction import scrub
from clm.base.s3_path import S3Path, is_address
from clm.config import REMOTE
from clm.engines.transcribe.doctor.findings import NOT_OK, OK, UNKNOWN, Case, Finding
from clm.engines.transcribe.transcribe_settings import TranscribeSettings


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_config_options(parser)
    return parser.parse_args(argv)


def findings(case: Case) -> Iterator[Finding]:
    """All checks in order; without credentials and a region the others are skipped."""
    from clm.engines.transcribe.doctor import account, bucket_access, role, service

    yield from account.check(case)
    if case.caller is None:
        yield Finding(UNKNOWN, "everything else", "it needs credentials and a region")
        return
    for check in (bucket_access.check, bucket_access.check_inputs, service.check, role.check):
        yield from check(case)


def show(finding: Finding) -> str:
    """A finding as it is printed: one line, and another for a hint."""
    line = f"{finding.status:<8} {finding.what}" + (f"  ({finding.detail})" if finding.detail else "")
    return scrub(f"{line}\n{'':<9}Hint: {finding.hint}" if finding.hint else line)


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    settings = cli.read_config(args)
    section = settings.transcribe
    case = Case(
        TranscribeSettings.of(settings),
        comprehend=section["comprehend"],
        vocabulary=section["vocabulary"],
        inputs={key: S3Path.parse(getattr(settings, key)) for key in REMOTE if is_address(getattr(settings, key))},
    )
    counts = dict.fromkeys((OK, NOT_OK, UNKNOWN), 0)
    if settings.engine != "transcribe":
        note = Finding(UNKNOWN, "engine", f"{settings.engine} does not need any of this", "engine: transcribe")
        sys.stdout.write(show(note) + "\n")
    for finding in findings(case):
        counts[finding.status] += 1
        sys.stdout.write(show(finding) + "\n")
        sys.stdout.flush()
    sys.stdout.write(", ".join(f"{count} {status}" for status, count in counts.items()) + "\n")
    sys.exit(1 if counts[NOT_OK] else 0)


if __name__ == "__main__":
    cli.run(main)
