"""What no committed file may hold: addresses of somebody's registry, paths of somebody's machine, other people's sentences."""

import re

import pytest

from tests.house.repository import ROOT, texts

# Put together here, so that this file does not hold what it forbids.
REGISTRIES = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb", "debian", "org"))]
MACHINE_PATHS = ["/".join(("", *parts)) for parts in (("work", ""), ("root", ""), ("opt", "pypi"), ("opt", "wheels"))]
FORBIDDEN = re.compile("|".join([*map(re.escape, REGISTRIES), *(rf"(?<![\w.)}}-]){re.escape(path)}" for path in MACHINE_PATHS)]))

NOTICES = ROOT.parent / "shared" / "notices"
SHINGLE = 12
"""As many words in a row are a sentence of somebody's, no longer a label or a term of the trade."""


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = {name: hits for name, text in texts().items() if (hits := FORBIDDEN.findall(text))}
    assert found == {}


BETWEEN_VALUES = re.compile(r"""["']\s*,\s*["']""")
"""A list of names, each in quotes of its own, is nobody's sentence (competencies, divisions)."""


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}


def test_no_file_repeats_the_sentences_of_the_published_notices() -> None:
    """Our own notices are written in our own words; the originals are read where they stand and never copied."""
    originals = sorted(NOTICES.glob("*.txt"))
    if not originals:
        pytest.skip("the published notices are not beside this checkout")
    # Paragraph by paragraph: a run of labels and values across lines is a layout, not a sentence.
    theirs = {shingle for notice in originals for line in notice.read_text("utf-8").splitlines() for shingle in shingles(line)}
    ours = {name: set().union(*map(shingles, BETWEEN_VALUES.split(text))) for name, text in texts().items()}
    repeated = {name: sorted(" ".join(shingle) for shingle in same)[:3] for name, own in ours.items() if (same := own & theirs)}
    assert repeated == {}
