"""A case's mailbox: messages in order of arrival, each id once, however often it is delivered."""

from collections import deque

from domain.messages import Message


class Mailbox:
    def __init__(self) -> None:
        self._waiting: deque[Message] = deque()
        self._seen: set[str] = set()

    def put(self, message: Message) -> None:
        """Keep a message for reading; one that was here before changes nothing."""
        if message.id not in self._seen:
            self._seen.add(message.id)
            self._waiting.append(message)

    def remember(self, step: str) -> None:
        """A journal entry of this step exists: the message that caused it was read in an earlier life of the case."""
        kind, _, key = step.partition("/")
        if kind == "message":
            self._seen.add(key)
            self._waiting = deque(m for m in self._waiting if m.id != key)

    def ready(self, only: tuple[str, ...] | None = None) -> Message | None:
        """The next message to read; with `only`, the next one of these types (a case on hold keeps the others)."""
        return next((m for m in self._waiting if only is None or m.type in only), None)

    def done(self, message: Message) -> None:
        self._waiting = deque(m for m in self._waiting if m.id != message.id)

    def __len__(self) -> int:
        return len(self._waiting)
