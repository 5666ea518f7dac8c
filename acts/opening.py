"""Histories opened for a person who looks at them in Temporal. The log has each look before anything is seen.

Temporal shows a payload without saying which history it stands in, so a payload is opened at the place it claims to be from; that it was
sealed there is proved by its opening. What stands in a history it does not belong to is found by the workers, not here.
"""

import json
from collections.abc import Sequence

from temporalio.api.common.v1 import Payload

from config.codec import ENCODING, HistoryKeys, SealingCodec, claimed_place
from config.keyring import KeyGone
from domain.looking import Category, Look, Reader
from domain.sealing import KeyErased, NotOpened
from store.database import Database
from store.reads import Reads

ERASED = "erased: what was kept about this person is erased, and nobody can read this any more"
CLOSED = "does not open here: changed, moved, or sealed with keys of another installation"


class Opener:
    """`keys` should hold nothing: an erasure counts at once."""

    def __init__(self, db: Database, keys: HistoryKeys) -> None:
        self._reads, self._keys = Reads(db), keys

    async def open(self, person: str, payloads: Sequence[Payload]) -> list[Payload]:
        """The payloads opened, in their order; a plain one as it is, one that does not open as a sentence that says why.

        Raises StoreUnavailable: then nothing is shown.
        """
        found = [await self._opened(each) for each in payloads]
        seen = sorted({case for case, _ in found if case})
        await self._reads.note(Reader(f"person:{person}"), *(Look(case, frozenset({Category.HISTORY}), "temporal") for case in seen))
        return [payload for _, payload in found]

    async def _opened(self, payload: Payload) -> tuple[str, Payload]:
        """The case that was looked at, and what is shown."""
        if payload.metadata.get("encoding") != ENCODING:
            return "", payload
        try:
            where = claimed_place(payload)
            [plain] = await SealingCodec(self._keys).with_context(where).decode([payload])
        except KeyErased:
            return "", _said(ERASED)
        except (NotOpened, KeyGone):
            return "", _said(CLOSED)
        return where.workflow_id or "", plain


def _said(sentence: str) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(sentence).encode())
