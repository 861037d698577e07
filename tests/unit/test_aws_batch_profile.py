"""profiles/aws-batch as Snakemake and the executor plugin read it, and the container that its jobs run in.

No job of it has been run on Amazon.
"""

import re
from argparse import Namespace
from typing import Any

import pytest
import yaml
from snakemake.cli import parse_args
from snakemake_executor_plugin_aws_batch import ExecutorSettings
from snakemake_executor_plugin_aws_batch.constant import VALID_RESOURCES_MAPPING
from snakemake_interface_executor_plugins.registry import ExecutorPluginRegistry
from snakemake_interface_executor_plugins.registry.plugin import Plugin
from snakemake_interface_storage_plugins.registry import StoragePluginRegistry

from runner import CHECKOUT

PROFILE = CHECKOUT / "profiles" / "aws-batch"
CONTAINER = CHECKOUT / "Dockerfile"
OURS = (
    "--aws-batch-region", "us-east-1",
    "--aws-batch-job-queue", "arn:aws:batch:us-east-1:111122223333:job-queue/clm",
    "--aws-batch-job-role", "arn:aws:iam::111122223333:role/clm-batch-job",
    "--container-image", "clm:1", "--default-storage-prefix", "s3://bucket/project",
)  # fmt: skip


@pytest.fixture
def plugin() -> Plugin:
    registry = ExecutorPluginRegistry()
    registry.collect_plugins()
    return registry.get_plugin("aws-batch")


def arguments(monkeypatch: pytest.MonkeyPatch, *given: str) -> Namespace:
    """What Snakemake's own command line makes of the profiles."""
    monkeypatch.chdir(CHECKOUT)
    StoragePluginRegistry().collect_plugins()
    _, found = parse_args(["--profile", str(PROFILE), *given])
    return found


def test_the_plugin_accepts_the_profile(monkeypatch: pytest.MonkeyPatch, plugin: Plugin) -> None:
    settings: Any = plugin.get_settings(arguments(monkeypatch, *OURS))
    assert isinstance(settings, ExecutorSettings)
    plugin.validate_settings(settings)
    assert settings.job_queue.endswith("/clm")
    assert settings.task_timeout == 8 * 3600
    assert plugin.common_settings.implies_no_shared_fs


def test_the_plugin_asks_for_what_only_the_user_knows(monkeypatch: pytest.MonkeyPatch, plugin: Plugin) -> None:
    with pytest.raises(Exception, match="aws-batch"):
        plugin.validate_settings(plugin.get_settings(arguments(monkeypatch)))


def test_snakemake_takes_everything_else_from_the_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    found = arguments(monkeypatch, *OURS)
    assert (found.executor, found.default_storage_provider, found.keep_storage_local_copies) == (
        "aws-batch",
        "s3",
        True,
    )
    assert found.container_image == "clm:1"
    assert set(found.envvars) == {"CLM_PRIVATE"}
    assert {str(trigger) for trigger in found.rerun_triggers} == {"mtime", "params", "input"}


def test_batch_has_machines_of_these_sizes() -> None:
    profile = yaml.safe_load((PROFILE / "config.yaml").read_text())
    assert 1 in VALID_RESOURCES_MAPPING[profile["default-resources"]["mem_mb"]]
    assert 2 in VALID_RESOURCES_MAPPING[profile["set-resources"]["train_clm"]["mem_mb"]]


def test_the_container_has_what_it_copies_and_no_root() -> None:
    lines = re.findall(r"^([A-Z]+) (.*?)$", CONTAINER.read_text(), re.MULTILINE)
    for file in (file for keyword, text in lines if keyword == "COPY" for file in text.split()[:-1]):
        assert (CHECKOUT / file).is_file()
        assert f"!{file}\n" in (CHECKOUT / ".dockerignore").read_text()
    assert [text for keyword, text in lines if keyword == "USER"] == ["clm"]
    assert lines.index(("USER", "clm")) > max(number for number, (keyword, _) in enumerate(lines) if keyword == "RUN")


def test_the_container_has_the_packages_of_the_lock() -> None:
    def pins(name: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for package, version in re.findall(r"^([a-z0-9-]+)==([^ ]+)", (CHECKOUT / name).read_text(), re.MULTILINE):
            found.setdefault(package, set()).add(version)
        return found

    everything, container = pins("requirements.txt"), pins("requirements-container.txt")
    assert {"snakemake-executor-plugin-aws-batch", "snakemake-storage-plugin-s3", "av"} <= set(container)
    assert "pytest" not in container
    for package, versions in container.items():
        assert versions <= everything[package]
