"""Plain top-level names are safe only as long as these hold (docs/decisions/0005)."""

import importlib.metadata
import importlib.util
import sys
from pathlib import Path

import pytest

from tests.house.repository import ROOT, files, packages, project

# Data folders in the list of packages, so that they are installed; they must never become importable packages.
DATA_FOLDERS = {"locale"}
TOP_LEVEL = sorted({name.split(".")[0] for name in packages()})


def test_the_packages_on_disk_are_the_packages_in_the_project_file() -> None:
    listed = set(project()["tool"]["setuptools"]["packages"])
    assert listed - DATA_FOLDERS == packages()


def test_the_dependency_rule_knows_every_package() -> None:
    assert sorted(project()["tool"]["importlinter"]["root_packages"]) == TOP_LEVEL


def test_every_package_has_its_place_in_the_layers() -> None:
    contracts = {contract["id"]: contract for contract in project()["tool"]["importlinter"]["contracts"]}
    placed = [name.strip() for layer in contracts["layers"]["layers"] for name in layer.split("|")]
    assert sorted(placed) == TOP_LEVEL


@pytest.mark.parametrize("name", [*TOP_LEVEL, "tests"])
def test_a_top_level_name_resolves_inside_the_repository(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).resolve() == ROOT / name / "__init__.py"


def test_no_other_installed_distribution_claims_a_name_of_ours() -> None:
    owners = importlib.metadata.packages_distributions()
    foreign = {name: set(owners.get(name, [])) - {"muster"} for name in TOP_LEVEL}
    assert {name: others for name, others in foreign.items() if others} == {}


def test_data_folders_cannot_be_imported_as_packages() -> None:
    strays = [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in DATA_FOLDERS]
    assert strays == []


def test_no_module_is_named_like_a_standard_one() -> None:
    names = {part for path in files() if path.suffix == ".py" for part in path.relative_to(ROOT).with_suffix("").parts}
    assert {name for name in names if not name.startswith("__")} & sys.stdlib_module_names == set()


def test_every_package_says_what_it_is_for() -> None:
    silent = [
        name for name in packages() if not (ROOT.joinpath(*name.split(".")) / "__init__.py").read_text("utf-8").lstrip().startswith('"""')
    ]
    assert silent == []


def test_every_folder_of_code_is_a_package() -> None:
    """A folder without `__init__.py` still imports here, and is then missing from an installation."""
    folders = {path.parent.relative_to(ROOT) for path in files() if path.suffix == ".py"}
    of_ours = {".".join(folder.parts) for folder in folders if folder.parts and folder.parts[0] in TOP_LEVEL}
    # Migration scripts are loaded by Alembic from their path; nothing imports them.
    assert of_ours - packages() - {"store.migrations.versions"} == set()
