"""Fill in the IAM policies of policies/ for your bucket and role, and show the commands that attach them.

The role need not exist yet: its ARN is arn:aws:iam::<your account>:role/<a name of your choice>. Nothing is sent to
AWS. policies/README.md says who needs which policy, and why.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from clm import cli
from clm.aws import policies
from clm.base import files

GROUP = "clm-proof"


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--bucket", required=True, help="bucket for audio, text and results (transcribe.bucket)")
    parser.add_argument("--role", required=True, help="ARN of the role that reads training text (transcribe.role_arn)")
    parser.add_argument("--prefix", default="clm", help="prefix in the bucket (transcribe.prefix; %(default)s)")
    parser.add_argument("--kms-key", help="ARN of the key that encrypts the bucket, if you use one of your own")
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="s3://BUCKET/PREFIX",
        help="recordings, keywords or text in other places on S3, which are read there; may be given several times",
    )
    parser.add_argument(
        "--input-key",
        action="append",
        default=[],
        metavar="ARN",
        help="key that encrypts recordings or text read elsewhere, if it is another; may be given several times",
    )
    parser.add_argument(
        "--tag",
        action="append",
        default=[],
        metavar="KEY",
        help="key of a tag of your own (transcribe.tags); may be given several times",
    )
    parser.add_argument(
        "--output", type=Path, default=Path("my-policies"), help="folder for the filled in policies (%(default)s)"
    )
    return parser.parse_args(argv)


def commands(values: policies.Values, folder: Path) -> Iterator[str]:
    """The AWS commands that attach the policies in a folder."""
    role = shlex.quote(values.role_name)
    path = "" if values.role_path == "/" else f" --path {shlex.quote(values.role_path)}"
    document = {name: shlex.quote(f"file://{folder / name}.json") for name in (*policies.USER, *policies.ROLE)}
    yield "# the role in which Transcribe reads training text"
    yield f"aws iam create-role --role-name {role}{path} --assume-role-policy-document {document['role-trust']}"
    yield f"aws iam put-role-policy --role-name {role} --policy-name role-s3 --policy-document {document['role-s3']}"
    yield "# a group of those who run the workflow"
    yield f"aws iam create-group --group-name {GROUP}"
    for name in policies.USER:
        note = "  # only with transcribe.comprehend: true" if name == "comprehend-user" else ""
        yield (
            f"aws iam put-group-policy --group-name {GROUP} --policy-name {name}"
            f" --policy-document {document[name]}{note}"
        )
    yield f"aws iam add-user-to-group --group-name {GROUP} --user-name YOUR-USER"


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    values = policies.check(
        args.bucket, args.prefix, args.role, args.kms_key, tuple(args.input), tuple(args.input_key), tuple(args.tag)
    )
    for name, document in policies.read().items():
        text = json.dumps(policies.fill(document, values), indent=2, ensure_ascii=False)
        files.write_text(args.output / f"{name}.json", text + "\n")
    sys.stdout.write(f"The policies are in {args.output}. These commands attach them:\n\n")
    sys.stdout.write("\n".join(commands(values, args.output)) + "\n")


if __name__ == "__main__":
    cli.run(main)
