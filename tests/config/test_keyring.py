"""The keyring in a file: made, read, rotated, refused; and what is sealed opens in its own place alone."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.keyring import EXAMPLE, BadKeyring, FileKeyring, KeyGone, LiveKeyring
from domain.errors import Conflict
from domain.sealing import Compartment, Key, NotOpened, Sealed, opened, place, seal, unwrap, wrap

NOW, LATER = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
MEDICAL = Compartment.MEDICAL


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keyring.json"


def test_a_new_keyring_has_a_key_for_every_compartment_and_only_its_owner_reads_it(path: Path) -> None:
    made = FileKeyring.made(path, NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    assert {each.compartment for each in made.generations()} == set(Compartment)
    again = FileKeyring.load(path)
    assert all(again.newest(each) == made.newest(each) for each in Compartment)
    with pytest.raises(Conflict):
        FileKeyring.made(path, NOW)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_keyring_others_may_read_is_refused(path: Path, mode: int) -> None:
    FileKeyring.made(path, NOW)
    path.chmod(mode)
    with pytest.raises(BadKeyring, match="chmod 600"):
        FileKeyring.load(path)


def test_the_example_key_is_refused(path: Path) -> None:
    FileKeyring.made(path, NOW)
    kept = json.loads(path.read_text())
    kept["keys"][3]["key"] = base64.b64encode(EXAMPLE.secret()).decode()
    path.write_text(json.dumps(kept))
    with pytest.raises(BadKeyring, match="examples"):
        FileKeyring.load(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version":2,"keys":[]}', '{"version":1,"keys":[{}]}', '{"version":1,"keys":3}'])
def test_a_file_of_another_form_is_refused_and_not_repeated(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.touch(0o600)
    path.write_text(text)
    with pytest.raises(BadKeyring, match="not a keyring"):
        FileKeyring.load(path)


def test_after_a_rotation_the_newest_encrypts_and_the_old_ones_still_decrypt(path: Path) -> None:
    ring = FileKeyring.made(path, NOW)
    first = ring.newest(MEDICAL)
    assert [ring.rotate(MEDICAL, each).epoch for each in (NOW, NOW, LATER)] == ["2026-11.2", "2026-11.3", "2026-12"]
    assert ring.newest(MEDICAL)[0] == "2026-12"
    assert ring.key(MEDICAL, "2026-11") == first[1]


def test_a_destroyed_key_is_gone_from_the_file_and_named_as_destroyed(path: Path) -> None:
    ring = FileKeyring.made(path, NOW)
    _, key = ring.newest(MEDICAL)
    with pytest.raises(Conflict, match="rotate first"):
        ring.destroy(MEDICAL, "2026-11", NOW)
    ring.rotate(MEDICAL, LATER)
    ring.destroy(MEDICAL, "2026-11", LATER)
    assert base64.b64encode(key.secret()).decode() not in path.read_text()
    with pytest.raises(KeyGone, match="destroyed"):
        FileKeyring.load(path).key(MEDICAL, "2026-11")
    assert [each.state for each in ring.generations() if each.compartment is MEDICAL] == ["destroyed", "live"]


def test_a_running_process_sees_a_rotation_without_a_restart(path: Path) -> None:
    ring = FileKeyring.made(path, NOW)
    live = LiveKeyring(path)
    ring.rotate(MEDICAL, LATER)
    assert live.newest(MEDICAL) == ring.newest(MEDICAL)


def test_a_key_shows_in_no_repr(path: Path) -> None:
    ring = FileKeyring.made(path, NOW)
    _, key = ring.newest(MEDICAL)
    shown = f"{key!r} {key} {ring!r} {ring.generations()!r}"
    assert key.secret().hex() not in shown
    assert repr(key.secret())[2:-1] not in shown
    assert "*****" in shown


def test_a_sealed_text_opens_in_its_place_alone() -> None:
    key, here = Key.new(), place("case", "hire/1")
    sealed = Sealed.decoded(seal(key, MEDICAL, "2026-11", b"fit", here).encoded())
    assert opened(key, sealed, here) == b"fit"
    for other_key, other_place in ((key, place("case", "hire/2")), (Key.new(), here)):
        with pytest.raises(NotOpened):
            opened(other_key, sealed, other_place)
    with pytest.raises(NotOpened):
        opened(key, Sealed(Compartment.CLEARANCE, sealed.epoch, sealed.nonce, sealed.body), here)
    with pytest.raises(NotOpened):
        opened(key, Sealed(MEDICAL, "2026-12", sealed.nonce, sealed.body), here)


def test_every_flipped_bit_and_every_cut_is_refused() -> None:
    key, here = Key.new(), place("case", "hire/1")
    raw = seal(key, MEDICAL, "2026-11", b"fit", here).encoded()
    mutants = [raw[:n] for n in range(len(raw))] + [raw + b"\0", b""]
    mutants += [raw[:n] + bytes([raw[n] ^ 1 << bit]) + raw[n + 1 :] for n in range(len(raw)) for bit in range(8)]
    for mutant in mutants:
        with pytest.raises(NotOpened):
            opened(key, Sealed.decoded(mutant), here)


def test_a_wrapped_data_key_is_useless_for_another_subject_or_compartment() -> None:
    key, data_key = Key.new(), Key.new()
    wrapped = wrap(key, MEDICAL, "2026-11", data_key, "P1")
    assert unwrap(key, wrapped, MEDICAL, "P1") == data_key
    for compartment, subject in ((MEDICAL, "P2"), (Compartment.CLEARANCE, "P1")):
        with pytest.raises(NotOpened):
            unwrap(key, wrapped, compartment, subject)


def test_places_with_the_same_letters_are_different_places() -> None:
    assert place("ab", "c") != place("a", "bc")
