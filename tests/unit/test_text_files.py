"""References are read as the run was planned with."""

from pathlib import Path

import pytest

from clm.base import files
from clm.base.errors import PassingError
from clm.results import manifests


def test_a_reference_that_changed_since_the_run_began_is_not_scored(tmp_path: Path) -> None:
    path = tmp_path / "reference.txt"
    path.write_text("\ufeffGood morning.", encoding="utf-8")
    item = {"text": str(path), "text_sha256": files.sha256_of_file(path)}
    assert manifests.reference(item) == "Good morning."
    path.write_text("Good evening.", encoding="utf-8")
    with pytest.raises(PassingError, match=r"reference\.txt: changed during the run"):
        manifests.reference(item)
    path.unlink()
    with pytest.raises(PassingError, match=r"reference\.txt: not readable"):
        manifests.reference(item)
