"""Amazon on loopback for hands-on use: Transcribe, Comprehend, S3, IAM and STS with made-up accounts.

Point any AWS client at it with the variables that it prints. GET /_calls shows what was asked of it; see
tests/aws/app.py for the control plane, tests/aws/settings.py for what --set takes.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until interrupted."""
    arguments = parse_args(argv)
    sys.path.append(str(Path(__file__).parents[1] / "scripts"))
    from aws.server import serving

    options = {"port": arguments.port, "scale": arguments.scale, "text": arguments.text}
    with serving(**options, **dict(arguments.set)) as loopback:
        if arguments.bucket:
            loopback.client("s3").create_bucket(Bucket=arguments.bucket)
        for name, value in loopback.environment.items():
            print(f"export {name}={value}")  # noqa: T201
        print(f"# a role for Transcribe: {loopback.create_role()}", flush=True)  # noqa: T201
        wait()


def wait() -> None:
    """Until Ctrl-C."""
    import threading

    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Command line arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=5555, help="port on 127.0.0.1 (%(default)s); 0 takes a free one")
    parser.add_argument("--scale", type=float, default=1.0, help="seconds of the service's clock in a real one")
    parser.add_argument("--text", choices=("reference", "decode"), default="reference", help="where words come from")
    parser.add_argument("--bucket", default="", help="create this bucket")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=JSON", type=setting, help="a setting: job_seconds=60"
    )
    return parser.parse_args(argv)


def setting(text: str) -> tuple[str, Any]:
    """Name and value of a setting."""
    from aws.settings import Settings

    name, _, value = text.partition("=")
    try:
        parsed = json.loads(value)
        Settings().update({name: parsed})
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error
    return name, parsed


if __name__ == "__main__":
    main()
