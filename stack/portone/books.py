"""What the simulator remembers, in SQLite: payments, answers by idempotency key, webhooks on their way, switches."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from stack.portone.payments import Payment
from stack.portone.switches import Switches

_TABLES = """
create table if not exists payments (id text primary key, document text not null);
create table if not exists answers (
    key text primary key, request text not null, status integer not null, body blob not null, at text not null
);
create table if not exists webhooks (
    id text primary key, body text not null, attempts integer not null default 0, due_at text not null
);
create table if not exists switches (only integer primary key check (only = 1), document text not null);
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """`request` is a digest of what was asked, so that another question with the same key is noticed."""

    request: str
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Webhook:
    """`attempts` counts those that failed."""

    id: str
    body: str
    attempts: int
    due_at: datetime


class Books:
    """Each call is one short transaction; between two awaits of the simulator nobody else writes."""

    def __init__(self, file: str) -> None:
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        self._db.close()

    def clear(self) -> None:
        for table in ("payments", "answers", "webhooks", "switches"):
            self._db.execute(f"delete from {table}")  # noqa: S608 - the names stand one line above

    def find_payment(self, payment_id: str) -> Payment | None:
        row = self._db.execute("select document from payments where id = ?", (payment_id,)).fetchone()
        return Payment.model_validate_json(row[0]) if row else None

    def payments(self) -> list[Payment]:
        rows = self._db.execute("select document from payments order by rowid").fetchall()
        return [Payment.model_validate_json(row[0]) for row in rows]

    def save_payment(self, payment: Payment) -> None:
        self._db.execute(
            "insert into payments values (?, ?) on conflict (id) do update set document = excluded.document",
            (payment.id, payment.model_dump_json()),
        )

    def find_answer(self, key: str, now: datetime, kept_for: timedelta) -> Answer | None:
        self._db.execute("delete from answers where at < ?", ((now - kept_for).isoformat(),))
        row = self._db.execute("select request, status, body from answers where key = ?", (key,)).fetchone()
        return Answer(*row) if row else None

    def save_answer(self, key: str, answer: Answer, now: datetime) -> None:
        self._db.execute(
            "insert or ignore into answers values (?, ?, ?, ?, ?)",
            (key, answer.request, answer.status, answer.body, now.isoformat()),
        )

    def webhooks(self) -> Iterable[Webhook]:
        rows = self._db.execute("select id, body, attempts, due_at from webhooks order by rowid").fetchall()
        return [Webhook(id, body, attempts, datetime.fromisoformat(due_at)) for id, body, attempts, due_at in rows]  # noqa: A001

    def save_webhook(self, webhook: Webhook) -> None:
        self._db.execute(
            "insert or replace into webhooks values (?, ?, ?, ?)",
            (webhook.id, webhook.body, webhook.attempts, webhook.due_at.isoformat()),
        )

    def drop_webhook(self, webhook_id: str) -> None:
        self._db.execute("delete from webhooks where id = ?", (webhook_id,))

    def find_switches(self) -> Switches | None:
        row = self._db.execute("select document from switches").fetchone()
        return Switches.model_validate_json(row[0]) if row else None

    def save_switches(self, switches: Switches) -> None:
        self._db.execute("insert or replace into switches values (1, ?)", (switches.model_dump_json(),))
