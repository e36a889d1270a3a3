"""What the documents say is true: their snippets run and print what is shown below them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import pictures, reference, snippets

ROOT = Path(__file__).resolve().parent.parent.parent


DOCUMENTS = snippets.documents()
names = [str(path.relative_to(ROOT)) for path in DOCUMENTS]


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_snippets_print_what_the_document_shows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    with snippets.scratch():
        assert snippets.refreshed(text) == text, "run python -m docs.snippets"


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_generated_parts_are_up_to_date(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert reference.refreshed(text) == text, "run python -m docs.reference"


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_links_lead_to_files(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (path.parent / target).exists(), f"{target} is not there"


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_paths_named_in_the_text_exist(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    rooms = "cep|grammar|planner|runtime|tests|examples|docs|benchmarks"
    for target in re.findall(rf"`((?:{rooms})/[\w./-]*)`", text):
        assert (ROOT / target).exists(), f"{target} is not there"


@pytest.mark.parametrize("path", pictures.documents(), ids=lambda path: path.name)
def test_pictures_show_what_the_snippets_do(path: Path) -> None:
    for name, picture in pictures.drawn(path).items():
        file = pictures.FOLDER / f"{name}.svg"
        assert file.read_text(encoding="utf-8") == picture, "run python -m docs.pictures"


def test_every_picture_is_shown() -> None:
    shown = {name for path in pictures.documents() for name in pictures.names(path)}
    assert {file.stem for file in pictures.FOLDER.iterdir()} == shown == set(pictures.PICTURES)
