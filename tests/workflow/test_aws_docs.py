"""docs/aws.md says what is true: its configuration and its commands work, in its order, on an empty account."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import reference
from aws.server import Loopback, serving
from clm.base import files
from runner import CHECKOUT, Workflow
from workflow_data import small_data_set

DOCS = (CHECKOUT / "docs" / "aws.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
COMMANDS = [line for _, block in BLOCKS for line in block.splitlines() if line.startswith(".venv/bin/")]
YAML, *_ = [block for language, block in BLOCKS if language == "yaml"]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[tuple[Workflow, Loopback]]:
    with serving(error_rate=100.0) as loopback:
        workflow = small_data_set(tmp_path)
        workflow.data.rename(tmp_path / "recordings")
        workflow.environment = loopback.environment
        for audio in tmp_path.rglob("audio.wav"):
            text = (audio.parent / "transcript.txt").read_text(encoding="utf-8")
            loopback.service.references[files.sha256_of_file(audio)] = text
        yield workflow, loopback


def test_commands_in_their_order(team: tuple[Workflow, Loopback]) -> None:
    workflow, loopback = team
    settings = yaml.safe_load(YAML)
    loopback.client("s3").create_bucket(Bucket=settings["transcribe"]["bucket"])
    settings["transcribe"] |= {"role_arn": loopback.create_role(), "poll_seconds": 0.05}
    (workflow.directory / "my.yaml").write_text(yaml.safe_dump(settings))
    assert len(COMMANDS) == 7
    outputs = []
    for command in COMMANDS:
        program, *arguments = shlex.split(command.removeprefix(".venv/bin/"))
        if program == "snakemake":
            outputs.append(workflow.run(*arguments).output)
            continue
        script, *rest = arguments
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / script), *rest],
            cwd=workflow.directory, env={"PATH": "/usr/bin:/bin", **workflow.environment},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        outputs.append(done.stdout)
    assert " 0 not ok" in outputs[1]
    assert "transcribe-clm-001" in outputs[2]
    assert loopback.service.calls["Transcribe.StartTranscriptionJob"] == len(loopback.service.starts) == 6
    board = files.read_table(workflow.directory / "my-results" / "leaderboard.csv")
    assert {row["model"] for row in board} == {"transcribe", "transcribe-clm-001", "transcribe-clm-002"}
    assert reference.mistakes(workflow.directory / "my-results") == []
