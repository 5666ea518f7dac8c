import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.languages import SCALE, at_least, concerned, meets, rank
from domain.vacancy import LanguageNeed


def need(code: str, level: str) -> LanguageNeed:
    return LanguageNeed.model_validate({"code": code, "level": level})


FOUNDING = [need("en|fr", "V"), need("en|fr", "III")]  # 240655
levels = st.sampled_from([*SCALE, None])


@pytest.mark.parametrize(
    ("known", "met"),
    [
        ({"en": "V", "fr": "III"}, True),
        ({"en": "III", "fr": "V"}, True),
        ({"en": "V", "fr": "V"}, True),
        ({"en": "IV", "fr": "IV"}, False),
        ({"en": "V", "fr": "II"}, False),
        ({"en": "V"}, False),
        ({"en": "V", "de": "V"}, False),
        ({}, False),
        ({"en": "V", "fr": "B2"}, False),
        ({"en": "v", "fr": " iii "}, True),
    ],
)
def test_in_one_and_in_the_other_is_met_either_way_round(known: dict[str, str], met: bool) -> None:
    assert meets(FOUNDING, known) is met


@pytest.mark.parametrize(
    ("needs", "known", "met"),
    [
        ([], {}, True),
        ([need("en", "V")], {"en": "V"}, True),
        ([need("en", "V")], {"fr": "V"}, False),
        ([need("en|fr", "III")], {"fr": "IV"}, True),
        ([need("en|fr", "III")], {"de": "V"}, False),
        ([need("en", "V"), need("fr", "III")], {"en": "III", "fr": "V"}, False),
        ([need("en|fr", "I")] * 3, {"en": "V", "fr": "V"}, False),
    ],
)
def test_a_need_names_a_language_or_leaves_it_open(needs: list[LanguageNeed], known: dict[str, str], met: bool) -> None:
    assert meets(needs, known) is met


@given(en=levels, fr=levels, first=st.sampled_from(SCALE), second=st.sampled_from(SCALE))
def test_two_open_needs_do_not_care_which_language_is_which(en: str | None, fr: str | None, first: str, second: str) -> None:
    needs = [need("en|fr", first), need("en|fr", second)]
    assert meets(needs, {"en": en, "fr": fr}) == meets(needs, {"en": fr, "fr": en}) == meets(needs[::-1], {"en": en, "fr": fr})


@given(en=st.sampled_from(SCALE), fr=st.sampled_from(SCALE), first=st.sampled_from(SCALE), second=st.sampled_from(SCALE))
def test_two_open_needs_are_met_exactly_when_the_sorted_levels_are(en: str, fr: str, first: str, second: str) -> None:
    def order(*pair: str) -> list[int]:
        return sorted(SCALE.index(level) for level in pair)

    by_sorting = all(mine >= wanted for mine, wanted in zip(order(en, fr), order(first, second), strict=True))
    assert meets([need("en|fr", first), need("en|fr", second)], {"en": en, "fr": fr}) == by_sorting


@pytest.mark.parametrize("other", ["3333", "B2", "C1", "", "VI", None, "0"])
def test_another_scale_is_never_converted(other: str | None) -> None:
    assert rank(other) is None
    assert not at_least(other, "I")


def test_the_languages_concerned() -> None:
    assert concerned(FOUNDING) == {"en", "fr"}
    assert concerned([need("fr", "I")]) == {"fr"}
