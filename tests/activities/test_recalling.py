"""Taking a request back: once or twice is the same, by the way it was put."""

import pytest
from temporalio.testing import ActivityEnvironment

from activities.asking import Asking, Recall
from domain import errors
from tests.fakes import FakeAuthority, FakeStore, FakeWatch

KEY = "hire/h001/medical/request/1"


def recall(*, by_hand: bool = False, authority: str = "medical") -> Recall:
    return Recall(key=KEY, authority=authority, about="medical", by_hand=by_hand)


async def test_a_recall_names_the_request_it_takes_back() -> None:
    authority = FakeAuthority()
    done = await ActivityEnvironment().run(Asking({"medical": authority}, FakeStore(), FakeWatch()).recall_request, recall())
    assert (done.key, done.about, done.failed, authority.recalls) == (KEY, "medical", "", [KEY])


async def test_what_a_person_asked_by_hand_a_machine_cannot_take_back_but_a_mailbox_can() -> None:
    with pytest.raises(errors.NotNow) as caught:
        await ActivityEnvironment().run(Asking({"medical": FakeAuthority()}, FakeStore(), FakeWatch()).recall_request, recall(by_hand=True))
    assert caught.value.code == "asked_by_hand"
    mailbox = FakeAuthority(channel="email")
    await ActivityEnvironment().run(Asking({"medical": mailbox}, FakeStore(), FakeWatch()).recall_request, recall(by_hand=True))
    assert mailbox.recalls == [KEY]


async def test_an_authority_nobody_configured_any_more_is_not_found() -> None:
    with pytest.raises(errors.NotFound):
        await ActivityEnvironment().run(Asking({}, FakeStore(), FakeWatch()).recall_request, recall())
