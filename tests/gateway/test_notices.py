"""What our own people read when a deadline escalates: the case, the deadline in words, nothing about a candidate."""

from datetime import UTC, datetime

import pytest

from config.words import Words
from connectors.mail import SmtpMail
from gateway.notices import compose
from store.outbox import Parcel

ABOUT = {
    "key": "decision:issue_offer",
    "role": "hr_head",
    "rule": "10 working days from 2 April 2025, Brussels HQ calendar 2025.1",
    "due_at": "2025-04-16T21:59:59Z",
    "limit_at": "2025-04-30T21:59:59Z",
    "zone": "Europe/Brussels",
}


def parcel() -> Parcel:
    at = datetime(2025, 4, 30, 22, tzinfo=UTC)
    body = {"staff": "anna", "about": ABOUT}
    return Parcel("p1", "hire/7q2k9fxm", 9, at, "letter", "notice.escalated", "hire/7q2k9fxm", body, 1)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "10 working days from 2 April 2025, Brussels HQ calendar 2025.1, due Wednesday 16 April 2025 23:59 (Brussels time)"),
        (
            "fr",
            "10 jours ouvrables à compter du 2 avril 2025, calendrier «\u00a0Brussels HQ\u00a0» 2025.1, échéance mercredi 16 avril",
        ),
    ],
)
def test_a_notice_says_case_role_and_the_whole_deadline_in_words(language: str, words: str) -> None:
    mail = compose(parcel(), "anna@example.org", Words.load(), language)
    assert words in mail["body"]
    assert "hire/7q2k9fxm" in mail["subject"]
    assert mail["letter"] == "notice-p1"
    assert SmtpMail("127.0.0.1", 25, "hr@example.org").compose(mail)["Date"] == "Wed, 30 Apr 2025 22:00:00 +0000"
    assert {"en": "head of Human Resources", "fr": "ressources humaines"}[language].casefold() in mail["body"].casefold()
