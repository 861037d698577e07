"""No secret gets into the repository: the hook of .pre-commit-config.yaml finds planted ones, and nothing else."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from runner import CHECKOUT

HOOKS = yaml.safe_load((CHECKOUT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
HOOK = next(hook for hook in HOOKS if hook["id"] == "secrets")


def scan(*paths: Path | str) -> subprocess.CompletedProcess[str]:
    """Run the hook as pre-commit does, with the environment of these tests."""
    program, *options = shlex.split(HOOK["entry"])
    assert Path(program).parent == Path(".venv/bin")
    command = [Path(sys.executable).parent / Path(program).name, *options, *map(str, paths)]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_the_repository_is_clean() -> None:
    listed = subprocess.run(
        ["git", "grep", "-I", "--name-only", "-z", "-e", ""], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip(f"the files of the repository are not known here: {listed.stderr.strip()}")
    names = [name for name in listed.stdout.split("\0") if name]
    assert {"README.md", "tests/cloud.py"} <= set(names)
    found = scan(*names)
    assert found.returncode == 0, found.stdout


# In two parts each, so that this file is clean.
@pytest.mark.parametrize(
    ("name", "line", "kind"),
    [
        ("config.yaml", "access: AK" + "IA3T5XQ7YB2KDN4WVZ", "AWS Access Key"),
        ("notes.md", "aws_secret_" + "access_key = 'x0Dk3mQ9vZr7T2nB8sLw" + "5YpEj1HcUa6GfRoKtN4i'", "Secret Keyword"),
        ("key.pem", "-----BEGIN RSA " + "PRIVATE KEY-----", "Private Key"),
        ("remote.txt", "https://talk:" + "hunter22@git.example.org/x", "Basic Auth Credentials"),
    ],
)
def test_a_planted_secret_is_found(tmp_path: Path, name: str, line: str, kind: str) -> None:
    path = tmp_path / name
    path.write_text(f"nothing here\n{line}\n")
    found = scan(path)
    assert found.returncode == 1
    assert kind in found.stdout
    assert f"{path}:2" in found.stdout
    path.write_text("nothing here\n")
    assert scan(path).returncode == 0
