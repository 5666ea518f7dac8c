"""The log in the people's API: for auditors and the data protection officer, with proofs a stranger checks."""

from domain.log import verify
from store.checkpoints import Checkpoints
from tests.gateway.api.conftest import Api
from tests.gateway.test_logged import KEY, KNOWN


async def test_auditors_take_checkpoints_proofs_and_leaves(api: Api) -> None:
    assert (await api.get("/log/checkpoint", "auditor")).status_code == 409
    made = await Checkpoints(api.db, KEY).sign()
    assert made is not None
    assert (await api.get("/log/checkpoint", "auditor")).text == made.note
    proof = await api.get("/log/proof/3", "auditor")
    assert verify.code(verify.verify(proof.content, KNOWN)) == 0
    said = (await api.get("/log/consistency?from=5", "auditor")).json()
    assert (said["from"], said["to"], said["to_root"]) == (5, made.size, made.root)
    leaves = (await api.get("/log/entries?from=2&limit=3", "auditor")).json()
    assert [each["index"] for each in leaves] == [2, 3, 4]
    assert verify.leaf_of(leaves[0]["leaf"], "it")["kind"] == "fact"
    assert (await api.get("/log/proof/99999", "auditor")).status_code == 404


async def test_nobody_else_is_shown_the_log(api: Api) -> None:
    for path in ("/log/checkpoint", "/log/proof/1", "/log/consistency?from=1", "/log/entries"):
        assert (await api.get(path, "hr_head")).status_code == 403, path
