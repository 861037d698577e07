"""What it costs to keep results in S3: the same folders on local disk and in a bucket on loopback, side by side.

FOLDERS folders of one short clip with two models, the stock model and a CLM; then the same again, which does nothing.
All folders hold the same recording, so that the recogniser's time does not hide ours. moto's S3 answers in a few
milliseconds on this machine; a request to Amazon takes tens of them, so the number of requests counts more there.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from aws.server import Loopback, serving
from runner import ARTICLES, CHECKOUT, Workflow

BUCKET = "results-bucket"
S3 = ("--profile", str(CHECKOUT / "profiles" / "s3"), "--default-storage-prefix", f"s3://{BUCKET}/project")


@dataclass(frozen=True)
class Figures:
    """Seconds by the clock of the first run and of a rerun, and requests to S3 in each."""

    seconds: tuple[float, float]
    requests: tuple[int, int]


def data_set(directory: Path, folders: int) -> Workflow:
    """Folders that share a recording, one keyword, and the article that it leads to."""
    workflow = Workflow(directory)
    for number in range(folders):
        workflow.add(f"{number:05d}", seconds=2, text="good morning a lecture about power")
    workflow.write("keywords/keywords.txt", "osmosis")
    for title, text in ARTICLES.items():
        workflow.write(f"articles/{title}.txt", text)
    return workflow


def measure(workflow: Workflow, *arguments: str, loopback: Loopback | None = None) -> Figures:
    """Run the workflow twice."""
    seconds, requests = [], []
    for _ in range(2):
        before, start = _requests(loopback), time.perf_counter()
        run = workflow.run(*arguments)
        seconds.append(time.perf_counter() - start)
        requests.append(_requests(loopback) - before)
    assert run.jobs.total() == 0, f"{run.jobs} in a rerun"
    return Figures((seconds[0], seconds[1]), (requests[0], requests[1]))


def _requests(loopback: Loopback | None) -> int:
    calls = loopback.service.calls if loopback else {}
    return sum(count for name, count in calls.items() if name.startswith("S3."))


@contextmanager
def bucket() -> Iterator[Loopback]:
    """S3 on loopback with a bucket."""
    with serving() as loopback:
        loopback.client("s3").create_bucket(Bucket=BUCKET)
        yield loopback


def compare(folders: int) -> tuple[Figures, Figures]:
    """The same data set with results on local disk, and in a bucket."""
    with tempfile.TemporaryDirectory(prefix="clm-storage-") as name, bucket() as loopback:
        disk = measure(data_set(Path(name, "disk"), folders))
        workflow = data_set(Path(name, "s3"), folders)
        workflow.environment = loopback.environment
        return disk, measure(workflow, *S3, loopback=loopback)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=int, nargs="?", default=30)
    folders = parser.parse_args().folders
    disk, s3 = compare(folders)
    print(f"{folders} folders x 2 models   disk s     S3 s  ratio  requests  per folder and model")
    for number, what in enumerate(("first run", "rerun")):
        print(
            f"{what:22} {disk.seconds[number]:8.1f} {s3.seconds[number]:8.1f}"
            f" {s3.seconds[number] / disk.seconds[number]:6.2f} {s3.requests[number]:9}"
            f" {s3.requests[number] / folders / 2:21.1f}"
        )


if __name__ == "__main__":
    main()
