"""The tree we write and the checks a stranger makes: against the public vectors, against the definition, and against each other."""

import base64
import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.log.tree import EMPTY, Tree, leaf_hash, node_hash
from domain.log.verify import Wrong, check_consistency, check_inclusion

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "rfc6962" / "testdata"
LEAVES = [leaf_hash(f"leaf {n}".encode()) for n in range(70)]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(by_definition(leaves[:k]), by_definition(leaves[k:]))


def decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def vectors(kind: str) -> list[Path]:
    return sorted((VECTORS / kind).rglob("*.json"))


@pytest.mark.skipif(not VECTORS.exists(), reason="the public vectors are not beside this clone (../shared/vectors/rfc6962)")
def test_all_public_vectors_are_judged_as_published() -> None:
    judged = 0
    for path in [*vectors("inclusion"), *vectors("consistency")]:
        v = json.loads(path.read_text("utf-8"))
        proof = [decoded(step) for step in v["proof"] or []]
        try:
            if "leafIdx" in v:
                check_inclusion(decoded(v["leafHash"]), v["leafIdx"], v["treeSize"], proof, decoded(v["root"]))
            else:
                check_consistency(v["size1"], v["size2"], proof, decoded(v["root1"]), decoded(v["root2"]))
            taken = True
        except Wrong:
            taken = False
        assert taken != v["wantErr"], path.relative_to(VECTORS)
        judged += 1
    assert judged == 196


def test_roots_are_those_of_the_definition() -> None:
    tree = Tree()
    assert tree.root() == EMPTY
    for n, leaf in enumerate(LEAVES, 1):
        tree.append(leaf)
        assert tree.root() == by_definition(LEAVES[:n])
    assert [tree.root(n) for n in range(len(LEAVES) + 1)] == [by_definition(LEAVES[:n]) for n in range(len(LEAVES) + 1)]


def test_every_proof_of_every_small_tree_is_taken() -> None:
    tree = Tree(LEAVES)
    for size in range(1, 40):
        for index in range(size):
            check_inclusion(LEAVES[index], index, size, tree.inclusion(index, size), tree.root(size))
        for earlier in range(1, size + 1):
            check_consistency(earlier, size, tree.consistency(earlier, size), tree.root(earlier), tree.root(size))


@given(st.data())
def test_no_changed_proof_is_taken(data: st.DataObject) -> None:
    tree, size = Tree(LEAVES), data.draw(st.integers(2, len(LEAVES)))
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    proof = tree.inclusion(index, size)
    way = data.draw(st.sampled_from(["bit", "drop", "add", "swap", "leaf"]))
    at = data.draw(st.integers(0, len(proof) - 1))
    changed = {
        "bit": [*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :]],
        "drop": [*proof[:at], *proof[at + 1 :]],
        "add": [*proof[:at], LEAVES[0], *proof[at:]],
        "swap": proof[::-1],
        "leaf": proof,
    }[way]
    leaf = LEAVES[other] if way == "leaf" else LEAVES[index]
    if (changed, leaf) == (proof, LEAVES[index]):
        return
    with pytest.raises(Wrong):
        check_inclusion(leaf, index, size, changed, tree.root(size))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3), (0, 71)])
def test_what_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="leaves"):
        Tree(LEAVES).inclusion(index, size)


@pytest.mark.parametrize(("earlier", "size"), [(0, 3), (4, 3), (1, 71)])
def test_no_beginning_no_proof(earlier: int, size: int) -> None:
    with pytest.raises(ValueError, match="leaves"):
        Tree(LEAVES).consistency(earlier, size)
