"""The mails in a Maildir, so that they outlast a restart and any mail reader can open them."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from mailbox import Maildir, MaildirMessage
from pathlib import Path


@dataclass(frozen=True)
class Mail:
    key: str
    message: EmailMessage

    def part(self, subtype: str) -> str:
        """The text of it, plain or html; empty where there is none."""
        body = self.message.get_body((subtype,))
        return str(body.get_content()) if body else ""

    def shown(self) -> dict[str, str]:
        headers = {name: str(self.message[name]) for name in ("to", "from", "subject", "date", "message-id")}
        return {"key": self.key, **headers, "plain": self.part("plain"), "html": self.part("html")}


class Mails:
    def __init__(self, folder: Path, most: int) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._folder = Maildir(folder, create=True)
        self._most = most

    def add(self, content: bytes) -> None:
        self._folder.add(MaildirMessage(message_from_bytes(content)))
        for key in self._keys()[self._most :]:
            self._folder.discard(key)

    def newest(self, at_most: int, to: str | None = None) -> list[Mail]:
        found: list[Mail] = []
        for key in self._keys():
            mail = self.find(key)
            if mail and (to is None or to.lower() in str(mail.message["to"]).lower()):
                found.append(mail)
            if len(found) == at_most:
                break
        return found

    def find(self, key: str) -> Mail | None:
        try:
            content = self._folder.get_bytes(key)
        except KeyError:
            return None
        return Mail(key, message_from_bytes(content, policy=default))

    def clear(self) -> None:
        self._folder.clear()

    def _keys(self) -> list[str]:
        """The newest first: a Maildir's names begin with the time, and number what came within a second."""
        return sorted(self._folder.keys(), key=_age, reverse=True)


def _age(key: str) -> tuple[int, int, int]:
    seconds, rest, *_ = key.split(".")
    microseconds = rest.partition("P")[0].removeprefix("M")
    return int(seconds), int(microseconds), int(rest.rpartition("Q")[2])
