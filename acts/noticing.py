"""A notice on its way to a vacancy: read, settled by a person piece by piece, and published when nothing is open any more.

What is half done is kept on the server, with who began it: closing the browser loses nothing, and a colleague can go on.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from domain.errors import BadInput
from domain.notice import Notice, read_notice
from domain.notice.draft import Draft, PostGiven, draft, unusable
from domain.notice.normalise import decode, lines_of
from domain.notice.settle import Question, Settled, questions, settled
from store.clock import DoorClock
from store.database import Database
from store.notice_drafts import NoticeDraft, NoticeDrafts

LONGEST = 400_000


@dataclass(frozen=True)
class Looked:
    """A notice with the answers given so far. `wrong` are those that are no answer, by the question's name, with why."""

    draft: NoticeDraft
    lines: tuple[tuple[int, str], ...]
    notice: Notice
    asked: tuple[Question, ...]
    ready: Settled
    made: Draft
    wrong: Mapping[str, str]

    @property
    def whole(self) -> bool:
        """Could it be published as it stands?"""
        return self.made.spec is not None and not self.ready.open and not self.wrong


class NoticeDesk:
    """A desk's own part: `Desk.notices`."""

    def __init__(self, db: Database, clock: DoorClock) -> None:
        self._kept, self._clock = NoticeDrafts(db), clock

    async def begin(self, person: str, source: str, text: str) -> str:
        """Keep a notice that can be read; its id. Raises BadInput, NotANotice."""
        if len(text) > LONGEST:
            raise BadInput(f"a notice has at most {LONGEST} characters", code="too_long", field="text")
        await asyncio.to_thread(read_notice, text.encode())
        return await self._kept.begin(person, source, text, await self._clock.now())

    async def open(self) -> list[NoticeDraft]:
        return await self._kept.open()

    async def look(self, draft: str) -> Looked:
        """Raises NotFound."""
        return await asyncio.to_thread(looked, await self._kept.get(draft))

    async def save(self, draft: str, answers: Mapping[str, str], posts: Sequence[Mapping[str, Any]]) -> Looked:
        """Keep what was filled in, right or wrong, and look at it. Raises NotFound, Conflict."""
        await self._kept.get(draft)
        await self._kept.save(draft, dict(answers), [dict(post) for post in posts], await self._clock.now())
        return await self.look(draft)

    async def end(self, draft: str, reference: str | None = None) -> None:
        """It became this vacancy, or is put aside. Raises NotFound, Conflict."""
        await self._kept.get(draft)
        await self._kept.end(draft, reference, await self._clock.now())


def looked(kept: NoticeDraft) -> Looked:
    """What a notice says with its answers. An answer that is none is told, and left out of what follows."""
    raw = kept.text.encode()
    notice = read_notice(raw)
    wrong: dict[str, str] = {}
    good, spare = dict(kept.answers), unusable(notice)
    while True:
        try:
            ready = settled(notice, good, spare)
            break
        except BadInput as refused:
            name = str(refused.details.get("field", ""))
            if name not in good:
                raise
            wrong[name] = refused.message
            del good[name]
    posts: list[PostGiven] = []
    for number, post in enumerate(kept.posts, 1):
        try:
            posts.append(PostGiven.model_validate(post))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            wrong[f"posts.{number}"] = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    lines = tuple((line.number, line.text) for line in lines_of(decode(raw)))
    return Looked(kept, lines, notice, questions(notice), ready, draft(ready.notice, posts), wrong)
