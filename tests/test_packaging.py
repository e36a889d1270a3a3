"""The folders, the links, the list of packages and the wheel all say the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = ("grammar", "planner", "runtime")

IMPORT_ALL = """
import importlib, sys
root, *names = sys.argv[1:]
sys.path.insert(0, root)
for name in names:
    module = importlib.import_module(name)
    if not module.__file__.startswith(root):
        sys.exit(f"{name} was imported from {module.__file__}")
"""


def folders_with_init() -> dict[str, Path]:
    """The packages there are, by import name: `cep` without its links, and each room beside it."""
    found = {}
    for top in ("cep", *ROOMS):
        for folder, _, files in os.walk(ROOT / top):  # os.walk does not go through links
            if "__init__.py" in files:
                parts = Path(folder).relative_to(ROOT).parts
                found[".".join(parts if top == "cep" else ("cep", *parts))] = Path(folder)
    return found


def source_modules() -> dict[str, str]:
    """The modules there are: import name to path inside a wheel."""
    found = {}
    for package, folder in folders_with_init().items():
        for file in folder.glob("*.py"):
            name = package if file.stem == "__init__" else f"{package}.{file.stem}"
            found[name] = f"{package.replace('.', '/')}/{file.name}"
    return found


def build(*arguments: str, source: Path, out: Path) -> Path:
    """Run `python -m build`, without a network where this environment has a backend new enough."""
    try:
        isolation = [] if int(version("setuptools").split(".")[0]) < 77 else ["--no-isolation"]
    except PackageNotFoundError:
        isolation = []
    command = [
        sys.executable,
        "-m",
        "build",
        *isolation,
        *arguments,
        "--outdir",
        str(out),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=out.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    (artefact,) = out.iterdir()
    return artefact


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from an sdist built from a copy of the checkout, which stays untouched."""
    work = tmp_path_factory.mktemp("packaging")
    checkout = work / "checkout"
    junk = shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", "build", "dist", "venv")
    shutil.copytree(ROOT, checkout, symlinks=True, ignore=junk)
    sdist = build("--sdist", source=checkout, out=work / "sdist")
    shutil.unpack_archive(sdist, work / "unpacked", filter="data")
    (unpacked,) = (work / "unpacked").iterdir()
    return build("--wheel", source=unpacked, out=work / "wheel")


def test_the_list_of_packages_names_every_folder() -> None:
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == sorted(folders_with_init())


def test_every_module_lies_in_a_package() -> None:
    packages = set(folders_with_init().values())
    astray = [
        str(file.relative_to(ROOT))
        for top in ("cep", *ROOMS)
        for folder, _, files in os.walk(ROOT / top)
        for file in (Path(folder) / name for name in files)
        if file.suffix == ".py" and file.parent not in packages
    ]
    assert astray == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_link_leads_from_cep_to_the_room(room: str) -> None:
    link = ROOT / "cep" / room
    assert link.is_symlink(), "a checkout needs links (on Windows: git config core.symlinks true)"
    assert link.readlink() == Path("..") / room


def test_the_wheel_holds_every_module_and_owns_one_name(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = set(source_modules().values()) | {"cep/py.typed"}
    expected |= {f"cep/grammar/{file.name}" for file in (ROOT / "grammar").glob("*.lark")}
    assert names == expected


def test_every_module_imports_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """Also without the extras: a driver is imported when a source or sink is opened."""
    root = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(root)
    names = sorted(name for name in source_modules() if not name.endswith(".__main__"))
    # -I: neither the checkout nor PYTHONPATH is looked at.
    command = [sys.executable, "-I", "-c", IMPORT_ALL, str(root.resolve()), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
        entry_points = archive.read(f"{info}/entry_points.txt").decode()
        licence = archive.read(f"{info}/licenses/LICENSE").decode()
    assert metadata["Name"] == "cep-engine"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert licence == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert entry_points.strip() == "[console_scripts]\ncep = cep.cli:main"


def test_dependencies_have_lower_bounds_only() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    for requirement in [
        *PROJECT["project"]["dependencies"],
        *(r for extra in extras for r in extra),
    ]:
        bounds = requirement.split(";")[0]
        assert not any(sign in bounds for sign in ("<", "==", "~=", "!=", ",")), requirement


def test_every_operator_is_under_the_independence_contract() -> None:
    (contract,) = (
        contract
        for contract in PROJECT["tool"]["importlinter"]["contracts"]
        if contract["type"] == "independence"
    )
    operators = {
        ".".join(name.split(".")[:4])
        for name in source_modules()
        if name.startswith("cep.runtime.operators.")
    }
    uncovered = {
        name
        for name in operators
        if not any(fnmatchcase(name, pattern) for pattern in contract["modules"])
    }
    assert uncovered == set()
    assert "ignore_imports" not in contract
