"""Mail to our own people: escalations and daily digests. References and figures only; nothing about a candidate."""

from datetime import datetime
from typing import Any, Protocol

from config.digest import told
from config.telling import Teller
from config.words import Words
from domain.digest import Digest
from store.outbox import Parcel
from store.people import Staff

DIGEST = "notice.digest"

#: Per type of notice, its subject and its body in the catalogue.
TEXTS = {"notice.escalated": ("notice.escalated.subject", "notice.escalated.body")}


class Directory(Protocol):
    async def staff(self, person: str) -> Staff: ...


class Sender(Protocol):
    async def send(self, letter: dict[str, Any]) -> None: ...


class StaffPost:
    """Writes and sends notices. Raises NotFound for a person who is no longer here, and what the mail raises."""

    def __init__(self, people: Directory, mail: Sender, words: Words, language: str) -> None:
        self._people, self._mail, self._words, self._language = people, mail, words, language

    async def send(self, parcel: Parcel) -> None:
        who = await self._people.staff(parcel.body["staff"])
        write = digest if parcel.type == DIGEST else compose
        await self._mail.send(write(parcel, who.email, self._words, who.language or self._language))


def compose(parcel: Parcel, to: str, words: Words, language: str) -> dict[str, Any]:
    """The mail as it is handed over. Its id is the parcel's, so that a second copy is recognisable."""
    about, teller = parcel.body["about"], Teller(words, language)
    row = about | {name: datetime.fromisoformat(about[name]) for name in ("due_at", "limit_at") if about.get(name)}
    said = {
        "case": parcel.case,
        "deadline": teller.key(about["key"]),
        "role": teller.who([about["role"]]),
        "explanation": teller.deadline(row),
    }
    subject, body = TEXTS[parcel.type]
    return {
        "letter": f"notice-{parcel.id}",
        "at": parcel.at.isoformat(),
        "to": to,
        "language": language,
        "subject": words.say(subject, language, case=said["case"], deadline=said["deadline"]),
        "body": words.say(body, language, **said),
    }


def digest(parcel: Parcel, to: str, words: Words, language: str) -> dict[str, Any]:
    """The morning's mail: what the digest held when it was made. Its id is the person's and the day's."""
    subject, body = told(Digest.model_validate(parcel.body["about"]), words, language)
    return {
        "letter": f"notice-{parcel.id}",
        "to": to,
        "at": parcel.at.isoformat(),
        "language": language,
        "subject": subject,
        "body": body,
    }
