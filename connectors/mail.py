"""Letters by real SMTP, and the twin that prints.

A letter may be sent again after a crash between sending and noting it: its Message-ID is made from the letter's id, so the second
copy is recognisable as the same letter; it is the same bytes, too. What SMTP answers is put into our words here; addresses never
enter an error's text.
"""

import hashlib
import re
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Any

import aiosmtplib
from aiosmtplib import errors as smtp

from domain.errors import BadInput, PartnerUnavailable, Refusal

PLAIN_ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


class SmtpMail:
    """Sends one letter per connection. `sender` is the address letters come from; bounces return there."""

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        timeout_s: float = 20.0,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        self._host, self._port, self._timeout = host, port, timeout_s
        self._username, self._password = username, password
        self._sender = _address(sender, "sender")

    async def send(self, letter: dict[str, Any], paper: bytes | None = None) -> None:
        """Send a `domain.messages.Letter` as a JSON dict, with the PDF of it if there is one.

        Raises PartnerUnavailable when sending again may help, a Refusal when the letter or its address is at fault.
        """
        message = self.compose(letter, paper)
        try:
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                timeout=self._timeout,
                username=self._username,
                password=self._password,
                # On this machine there is nobody to overhear. Elsewhere TLS is taken where the server offers it, and
                # demanded before a password is said.
                start_tls=False if _loopback(self._host) else True if self._username else None,
            )
        except smtp.SMTPRecipientsRefused as error:
            raise _answered(max((r.code for r in error.recipients), default=550), letter) from None
        except smtp.SMTPResponseException as error:
            raise _answered(error.code, letter) from None
        except smtp.SMTPNotSupported:
            raise BadInput("the mail server cannot take this address", code="mail_address", letter=letter["letter"]) from None
        except (smtp.SMTPException, OSError) as error:
            said = f"the mail server cannot be reached: {type(error).__name__}"
            raise PartnerUnavailable(said, code="mail_unreachable", letter=letter["letter"]) from None

    def compose(self, letter: dict[str, Any], paper: bytes | None = None) -> EmailMessage:
        """The message as it goes out: the text, the calendar file as another form of it, the PDF as an attachment.

        The same bytes however often it is sent: its date is the case's, its id and its boundaries come from the letter's id.
        """
        message = EmailMessage(policy=SMTP)
        try:
            message["From"] = self._sender
            message["To"] = _address(letter["to"], "to")
            message["Subject"] = letter["subject"]
            message.set_content(letter["body"], charset="utf-8", cte="base64")
        except (ValueError, HeaderParseError):
            raise BadInput("a header of the letter holds a line break", letter=letter["letter"]) from None
        message["Date"] = format_datetime(datetime.fromisoformat(letter["at"]))
        message["Message-ID"] = message_id(letter["letter"], self._sender.domain)
        message["Auto-Submitted"] = "auto-generated"
        if letter.get("calendar"):
            method = letter.get("calendar_method", "REQUEST")
            message.add_alternative(letter["calendar"], subtype="calendar", charset="utf-8", cte="base64", params={"method": method})
        if paper is not None:
            message.add_attachment(paper, maintype="application", subtype="pdf", filename=paper_name(letter))
        message["Content-Language"] = letter.get("language", "en")  # last: parts added to a message take its content headers with them
        for n, part in enumerate(each for each in message.walk() if each.is_multipart()):
            part.set_boundary(f"=_{hashlib.sha256(letter['letter'].encode()).hexdigest()[:32]}_{n}")
        return message


class ConsoleMail:
    """The twin for trying things out: prints the letter instead of sending it."""

    async def send(self, letter: dict[str, Any], paper: bytes | None = None) -> None:
        print(f"to: {letter['to']}\nsubject: {letter['subject']}\n\n{letter['body']}")


def paper_name(letter: dict[str, Any]) -> str:
    """What the PDF is called where it is saved: the case and the letter, nothing that tells what it says."""
    case = re.sub(r"[^A-Za-z0-9-]", "-", letter["case"].rpartition("/")[2])
    return f"{case}-{message_id(letter['letter'], '').strip('<@>')}.pdf"


def message_id(letter: str, domain: str) -> str:
    """The Message-ID of a letter: its own id where that is allowed in one, else its hash."""
    local = letter if PLAIN_ID.fullmatch(letter) and len(letter) <= 64 else hashlib.sha256(letter.encode()).hexdigest()
    return f"<{local}@{domain}>"


def _address(text: str, field: str) -> Address:
    """Exactly one address: a comma would make two recipients of one letter."""
    try:
        if re.search(r"[\s,;<>\x00-\x1f]", text):
            raise ValueError
        address = Address(addr_spec=text)
        if not address.username or not address.domain:
            raise ValueError
    except (ValueError, IndexError, HeaderParseError):
        raise BadInput(f"{field} is not one e-mail address", code="mail_address", field=field) from None
    return address


def _answered(code: int, letter: dict[str, Any]) -> Refusal | PartnerUnavailable:
    if 400 <= code < 500:
        return PartnerUnavailable(f"the mail server answered {code}", code=f"mail_{code}", letter=letter["letter"], status=code)
    return BadInput(f"the mail server refused the letter: {code}", code="mail_refused", letter=letter["letter"], status=code)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
