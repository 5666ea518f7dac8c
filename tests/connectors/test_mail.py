"""Letters over real SMTP, to a real server on this machine."""

import asyncio
import email
import re
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from connectors.mail import ConsoleMail, SmtpMail, message_id, paper_name
from domain.errors import BadInput, PartnerUnavailable, Refusal

LETTER: dict[str, Any] = {
    "letter": "L0a1b2c3d4e5f6071",
    "case": "hire/7q2k9fxm",
    "at": "2026-03-02T09:00:00Z",
    "to": "zoe@candidates.example",
    "subject": "Votre candidature nous est parvenue\u00a0: été",
    "body": "Madame, Monsieur,\n\nVous êtes inscrit(e) jusqu’au 5\u00a0mai.\n\n.\nUne ligne très longue " + "x" * 2000 + "\nFrom là\n",
    "language": "fr",
}
PAPER = b"%PDF-1.7\n\x00\xff\r\n a letter \n.\n"
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nSUMMARY:Entretien à Évère\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


class Sink:
    """Keeps what it is given, or answers as told."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answer = "250 OK"
        self.at_recipient = "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.taken.append(envelope)
        return self.answer

    def message(self, which: int = -1) -> EmailMessage:
        content = self.taken[which].content
        assert isinstance(content, bytes)
        return email.message_from_bytes(content, policy=default)


@pytest.fixture
async def sink() -> AsyncIterator[tuple[Sink, SmtpMail]]:
    handler = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield handler, SmtpMail("127.0.0.1", port, "recruitment@muster.example", timeout_s=5)
    server.close()
    await server.wait_closed()


async def test_a_letter_arrives_as_it_was_written(sink: tuple[Sink, SmtpMail]) -> None:
    kept, mail = sink
    await mail.send(LETTER)
    message = kept.message()
    assert message["Subject"] == LETTER["subject"]
    assert message.get_content().replace("\r\n", "\n") == LETTER["body"]
    assert (message["From"], message["To"], message["Content-Language"]) == ("recruitment@muster.example", LETTER["to"], "fr")
    assert (message["Auto-Submitted"], message.get_content_type()) == ("auto-generated", "text/plain")
    assert message["Date"].datetime == datetime(2026, 3, 2, 9, tzinfo=UTC), "a letter is dated by its case, not by the relay"
    assert kept.taken[0].rcpt_tos == [LETTER["to"]]
    assert kept.taken[0].mail_from == "recruitment@muster.example"


async def test_a_letter_sent_again_is_known_by_its_id(sink: tuple[Sink, SmtpMail]) -> None:
    kept, mail = sink
    await mail.send(LETTER)
    await mail.send(LETTER)
    assert kept.message(0)["Message-ID"] == kept.message(1)["Message-ID"] == "<L0a1b2c3d4e5f6071@muster.example>"


@pytest.mark.parametrize("more", [{}, {"calendar": CALENDAR}], ids=["text", "with a calendar"])
def test_a_letter_sent_again_is_the_same_bytes(more: dict[str, Any]) -> None:
    def made() -> bytes:
        return SmtpMail("127.0.0.1", 25, "recruitment@muster.example").compose({**LETTER, **more}, PAPER).as_bytes()

    assert made() == made()
    assert b"=_" in made()


async def test_the_pdf_is_attached_whole_beside_the_text(sink: tuple[Sink, SmtpMail]) -> None:
    kept, mail = sink
    await mail.send(LETTER, PAPER)
    message = kept.message()
    assert (message.get_content_type(), message["Content-Language"]) == ("multipart/mixed", "fr")
    assert (message["Auto-Submitted"], message["Message-ID"]) == ("auto-generated", "<L0a1b2c3d4e5f6071@muster.example>")
    text, paper = message.iter_parts()
    assert cast("EmailMessage", text).get_content().replace("\r\n", "\n") == LETTER["body"]
    assert (paper.get_content_type(), paper.get_content_disposition()) == ("application/pdf", "attachment")
    assert paper.get_payload(decode=True) == PAPER
    assert cast("EmailMessage", paper).get_filename() == "7q2k9fxm-L0a1b2c3d4e5f6071.pdf"


async def test_a_letter_with_a_calendar_and_a_pdf_offers_the_diary_its_part(sink: tuple[Sink, SmtpMail]) -> None:
    kept, mail = sink
    await mail.send({**LETTER, "calendar": CALENDAR, "calendar_method": "REQUEST"}, PAPER)
    message = kept.message()
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/calendar",
        "application/pdf",
    ]
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == LETTER["body"]


def test_the_name_of_the_pdf_tells_nothing_of_what_it_says() -> None:
    name = paper_name({**LETTER, "case": "hire/../../x", "template": "ending.not_selected", "letter": "a/b"})
    assert re.fullmatch(r"[A-Za-z0-9-]+\.pdf", name)
    assert "selected" not in name


async def test_the_calendar_comes_as_a_part_a_diary_understands(sink: tuple[Sink, SmtpMail]) -> None:
    kept, mail = sink
    await mail.send({**LETTER, "calendar": CALENDAR, "calendar_method": "CANCEL"})
    message = kept.message()
    assert message.get_content_type() == "multipart/alternative"
    text, calendar = list(message.iter_parts())
    assert cast("EmailMessage", text).get_content().replace("\r\n", "\n") == LETTER["body"]
    assert calendar.get_content_type() == "text/calendar"
    assert calendar["Content-Type"].params["method"] == "CANCEL"
    assert calendar.get_payload(decode=True) == CALENDAR.encode()


@pytest.mark.parametrize("answer", ["451 try later", "421 going down", "452 disk full"])
async def test_not_now_is_worth_another_try(sink: tuple[Sink, SmtpMail], answer: str) -> None:
    kept, mail = sink
    kept.answer = answer
    with pytest.raises(PartnerUnavailable):
        await mail.send(LETTER)
    kept.answer, kept.at_recipient = "250 OK", answer.replace("421", "450")
    with pytest.raises(PartnerUnavailable):
        await mail.send(LETTER)
    assert kept.taken == []


async def test_never_is_a_refusal_that_does_not_repeat_the_address(sink: tuple[Sink, SmtpMail]) -> None:
    kept, mail = sink
    kept.at_recipient = "550 no such mailbox zoe@candidates.example"
    with pytest.raises(Refusal) as caught:
        await mail.send(LETTER)
    assert "zoe" not in f"{caught.value} {caught.value.details}"
    kept.at_recipient, kept.answer = "250 OK", "554 refused"
    with pytest.raises(Refusal):
        await mail.send(LETTER)


async def test_nobody_at_the_door_is_worth_another_try() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(PartnerUnavailable):
        await SmtpMail("127.0.0.1", port, "r@muster.example", timeout_s=2).send(LETTER)


async def test_a_server_that_says_nothing_is_worth_another_try() -> None:
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    with pytest.raises(PartnerUnavailable):
        await SmtpMail("127.0.0.1", server.sockets[0].getsockname()[1], "r@muster.example", timeout_s=0.2).send(LETTER)
    gone.set()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "to", ["", "zoe", "zoe@", "@x.example", "a@x.example, b@x.example", "a@x.example\r\nBcc: b@x.example", "Zoé <a@x.example>"]
)
async def test_one_letter_goes_to_one_address(sink: tuple[Sink, SmtpMail], to: str) -> None:
    kept, mail = sink
    with pytest.raises(BadInput):
        await mail.send({**LETTER, "to": to})
    assert kept.taken == []


async def test_a_header_cannot_be_smuggled_in_by_a_subject(sink: tuple[Sink, SmtpMail]) -> None:
    kept, mail = sink
    with pytest.raises(BadInput):
        await mail.send({**LETTER, "subject": "Hello\r\nBcc: eve@evil.example"})
    assert kept.taken == []


def test_a_sender_is_one_address_too() -> None:
    with pytest.raises(BadInput, match="sender"):
        SmtpMail("127.0.0.1", 25, "not an address")


@pytest.mark.parametrize("letter", ["hire/7q2k/letters/3", "a b", "x" * 200, "é", ""])
def test_an_id_that_cannot_stand_in_a_message_id_is_hashed(letter: str) -> None:
    made = message_id(letter, "muster.example")
    assert made == message_id(letter, "muster.example")
    assert made.isascii()
    assert len(made) < 100


async def test_the_console_twin_prints(capsys: pytest.CaptureFixture[str]) -> None:
    await ConsoleMail().send(LETTER)
    assert LETTER["subject"] in capsys.readouterr().out
