"""The library is divided into packages that a reader can overlook; its layers are checked by `make lint`."""

from collections import Counter

from runner import CHECKOUT

LIBRARY = CHECKOUT / "scripts" / "clm"
MODULES = [path for path in LIBRARY.rglob("*.py") if path.name != "__init__.py"]


def test_no_two_modules_have_one_name() -> None:
    assert [name for name, count in Counter(path.stem for path in MODULES).items() if count > 1] == []


def test_no_package_has_more_than_fourteen_modules() -> None:
    packages = Counter(path.parent for path in MODULES if path.parent != LIBRARY)
    assert {package.name: count for package, count in packages.items() if count > 14} == {}


def test_no_circle_is_hidden_behind_type_checking() -> None:
    """Imports for annotations alone count as well: import-linter follows them, unless it is told not to."""
    assert "exclude_type_checking_imports" not in (CHECKOUT / "pyproject.toml").read_text()
