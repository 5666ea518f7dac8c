"""The documents lead where they say: links, anchors, make targets, commands."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.house.commands import complaint, muster
from tests.house.repository import ROOT, texts

DOCUMENTS = {name: text for name, text in texts().items() if name.endswith(".md")}
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
MAKE = re.compile(r"\bmake ((?:[a-z][a-z0-9-]*)(?: [a-z][a-z0-9-]*)*)")

# At the start of a line, of inline code, or after a path: `/srv/muster` and the package's name alone are no commands.
COMMAND = re.compile(r"(?:^|`|/bin/)muster ([a-z][^`\n]*)", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The ids a Markdown page gives its headings."""
    titles = HEADING.findall(FENCE.sub("", text))
    return {re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()).replace(" ", "-") for title in titles}


def code(text: str) -> str:
    """Only what a document shows as code: there `make x` is a command, elsewhere it may be plain English."""
    return "\n".join([*(match.group() for match in FENCE.finditer(text)), *INLINE_CODE.findall(FENCE.sub("", text))])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name: str) -> None:
    dead = []
    for target in LINK.findall(INLINE_CODE.sub("", FENCE.sub("", DOCUMENTS[name]))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        page = (ROOT / name).parent / path if path else ROOT / name
        if not page.exists() or (anchor and page.suffix == ".md" and anchor not in anchors(page.read_text("utf-8"))):
            dead.append(target)
    assert dead == []


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_named_in_a_document_exists(name: str) -> None:
    named = {word for words in MAKE.findall(code(DOCUMENTS[name])) for word in words.split()}
    assert named - targets() == set()


def commands() -> list[tuple[str, str]]:
    """Every `muster ...` a document shows, with the document; the changelog tells of commands that have been."""
    shown = {name: code(text) for name, text in DOCUMENTS.items() if name != "CHANGELOG.md"}
    found = ((name, line.rstrip("`")) for name, text in shown.items() for line in COMMAND.findall(text))
    return sorted(set(found))


@pytest.mark.parametrize(("name", "line"), commands())
def test_every_command_shown_in_a_document_exists(name: str, line: str) -> None:
    assert complaint(line, muster()) is None, name


def test_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    told = set(re.findall(r"^([a-z][a-z0-9-]*):.*## \S", makefile, re.MULTILINE))
    assert targets() - told == set()


def test_every_page_of_the_documents_is_reachable_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or not page.exists():
            continue
        seen.add(page)
        links = LINK.findall(FENCE.sub("", page.read_text("utf-8")))
        waiting += [
            (page.parent / path).resolve() for link in links if (path := link.partition("#")[0]).endswith(".md") and ":" not in path
        ]
    assert {name for name in DOCUMENTS if ROOT / name not in seen} == set()
