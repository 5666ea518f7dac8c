"""The remote command line where nobody answers, or something else does."""

import httpx
import pytest

from cli.remote import BesideTheStore, _token, told
from config.settings import Settings
from domain.errors import BadInput, NotAllowed
from tests.cli.conftest import Muster

NOBODY = "http://127.0.0.1:1"


def test_an_answer_of_something_else_is_never_taken_for_ours() -> None:
    assert told(httpx.Response(502, text="<html>")).code == "not_a_muster"
    assert told(httpx.Response(404, json={"error": "nope"})).code == "not_a_muster"


def test_a_missing_token_is_said_and_a_token_is_never_shown() -> None:
    with pytest.raises(BadInput):
        _token(Settings(remote_url=NOBODY))
    with_token = Settings(remote_url=NOBODY, token="mst_secret")  # type: ignore[arg-type]
    assert _token(with_token) == "mst_secret"
    assert "mst_secret" not in repr(with_token)


def test_what_is_not_to_be_had_from_afar_says_so() -> None:
    with pytest.raises(NotAllowed, match="beside the store"):
        _ = BesideTheStore().send


def test_without_a_remote_installation_the_commands_stay_beside_the_store(muster: Muster) -> None:
    assert muster("hire", "list").code == 0
