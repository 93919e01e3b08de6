"""Many keys expire on one day: each notice arrives once, over two replicas, an outage and processes that are killed.

KEYDESK_EXPIRING_KEYS is the number of keys (10000 takes some minutes), KEYDESK_EXPIRING_OUTAGE the seconds for which
the mail server and the webhook receiver are away. The daily job of the replicas finds the keys in the gateway during
that time, and finds them again after the first kill. Both replicas are killed twice, each time after the mail server
has stored a message and before it answers. Keydesk must send that message again, because it cannot know. The receiver
can tell: the repetition has the same Message-ID. So each notice counts once in a mailbox that drops repetitions.
"""

import asyncio
import base64
import json
import os
import re
import signal
import sqlite3
import sys
import time
import urllib.request
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope
from sqlalchemy import delete, func, select

from keydesk.notices.models import Kind
from keydesk.notices.store import DeliveryStore
from keydesk.server.serving import free_port
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database
from keydesk.storage.migrate import migrate
from keydesk.storage.notice_tables import notices
from keydesk.storage.tables import leases
from keydesk_sandbox import SandboxConfig, create_sandbox
from keydesk_sandbox.clock import stored
from tests.support.desk.configuring import SECRET
from tests.support.peers.commands import Command, start_command
from tests.support.peers.smtp import Mailbox, MailServer
from tests.support.peers.webhook import Receiver, webhook_receiver
from tests.support.upstream.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.long]
NOTICES = int(os.environ.get("KEYDESK_EXPIRING_KEYS", "200"))
OUTAGE_SECONDS = float(os.environ.get("KEYDESK_EXPIRING_OUTAGE", "8"))
KILLS_AT = (NOTICES // 4, NOTICES // 2)
_KEY = re.compile(r"/keys/(key_[a-z2-7]+)")
_INSERT = (
    "INSERT INTO keys (token, key_alias, user_id, allowed_routes, expires, created_at, updated_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
JOB = leases.c.name == "job:apply-lifetimes"


@dataclass
class Replicas:
    """Two processes of Keydesk. `kill` may run in any thread."""

    config: Path
    folder: Path
    running: list[Command] = field(default_factory=list)
    killed: int = 0

    def start(self) -> None:
        for number in range(2):
            with (self.folder / f"replica-{number}.log").open("ab") as log:
                port = str(free_port("127.0.0.1", 0))
                environment = {"KEYDESK_SERVER__PORT": port}
                self.running.append(
                    start_command(
                        "serve", "--config", str(self.config), environment=environment, output=log, errors=log
                    )
                )

    def kill(self) -> None:
        for process in self.running:
            os.kill(process.pid, signal.SIGKILL)
            self.killed += 1

    def stop(self) -> None:
        for process in self.running:
            process.kill()
            process.wait(timeout=30)
        self.running.clear()


@dataclass
class DeadlyMailbox(Mailbox):
    """Kills all replicas after it has stored certain messages, before it answers."""

    replicas: Replicas | None = None
    kills_at: list[int] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - the server's name
        answer = await super().handle_DATA(server, session, envelope)
        if self.kills_at and self.replicas is not None and len(self.mails) >= self.kills_at[0]:
            self.kills_at.pop(0)
            self.replicas.kill()
        return answer


async def test_each_notice_arrives_once(
    empty_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mailbox = DeadlyMailbox(kills_at=list(KILLS_AT))
    server = MailServer(mailbox)
    with ExitStack() as stack:
        receiver = stack.enter_context(webhook_receiver())
        sandbox = SandboxConfig(database=tmp_path / "sandbox.db")
        gateway = stack.enter_context(served(create_sandbox(sandbox)))
        _fill(gateway, sandbox.database)
        config = tmp_path / "keydesk.yaml"
        config.write_text(configuration(gateway, sandbox, empty_database, (server.port, receiver.server.url)))
        replicas = mailbox.replicas = Replicas(config, tmp_path)
        stack.callback(replicas.stop)
        stack.callback(server.stop)
        database = Database(DatabaseSettings.model_validate({"url": empty_database}))
        await migrate(database)
        began_at = time.monotonic()
        receiver.server.stop()
        replicas.start()
        await asyncio.sleep(OUTAGE_SECONDS)
        await _all_stored(database)
        server.start()
        receiver.server.start()
        await _finished(database, mailbox, replicas)
        seconds = time.monotonic() - began_at
        assert await _count(database, select(func.count()).select_from(leases).where(JOB)) == 1
        await database.close()
    _check(mailbox, receiver, replicas)
    with capsys.disabled():
        sys.stdout.write(f"\n{_figures(mailbox, receiver, replicas, seconds)}\n")


def configuration(gateway: str, sandbox: SandboxConfig, database: str, peers: tuple[int, str]) -> str:
    """Return the file's content. JSON is valid YAML."""
    smtp_port, receiver = peers
    mail = {
        "host": "127.0.0.1",
        "port": smtp_port,
        "security": "none",
        "sender": "keydesk@example.com",
        "confirmed": True,
    }
    secret = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
    webhook = {"url": f"{receiver}/hook", "signingSecret": secret, "confirmed": True}
    people = [{"ref": f"p{number}", "email": f"p{number}@example.com"} for number in range(NOTICES)]
    return json.dumps(
        {
            "litellm": {"baseUrl": gateway, "masterKey": sandbox.master_key.get_secret_value()},
            "secret": SECRET,
            "database": {"url": database},
            "demo": {"enabled": True},
            "directory": {"people": people},
            "portal": {"baseUrl": "http://localhost"},
            "notices": {"mail": mail, "webhook": webhook, "timeoutSeconds": 2, "digestMinutes": 0},
            "alerts": {"enabled": False},
        }
    )


def _fill(gateway: str, file: Path | str) -> None:
    """Add keys to the gateway that all expire in 60 hours."""
    with urllib.request.urlopen(f"{gateway}/health/liveliness", timeout=30):  # noqa: S310 - the sandbox
        # The sandbox makes its tables before it answers.
        now = datetime.now(UTC)
    at, end = stored(now), stored(now + timedelta(hours=60))
    rows = [
        (f"{number:064x}", f"laptop {number}", f"p{number}", '["llm_api_routes"]', end, at, at)
        for number in range(NOTICES)
    ]
    with sqlite3.connect(file, timeout=60) as connection:
        connection.executemany(_INSERT, rows)
    connection.close()


async def _all_stored(database: Database) -> None:
    """Wait until the daily job has added a notice for each key."""
    deadline = time.monotonic() + 120 + NOTICES / 50
    while (found := await _count(database, select(func.count()).select_from(notices))) < NOTICES:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.2)


async def _count(database: Database, query: Any) -> int:
    async with database.reading() as connection:
        return int(await connection.scalar(query) or 0)


async def _find_again(database: Database) -> None:
    """Let the daily job run again, as on the next day."""
    async with database.writing() as connection:
        await connection.execute(delete(leases).where(JOB))


async def _finished(database: Database, mailbox: DeadlyMailbox, replicas: Replicas) -> None:
    """Wait until nothing is left to send. Start the replicas again whenever they were killed."""
    store = DeliveryStore(database)
    deadline = time.monotonic() + 240 + NOTICES / 10
    known = 0
    while mailbox.kills_at or await store.unplanned(1) or await store.backlog():
        assert time.monotonic() < deadline, await store.backlog()
        if replicas.killed > known:
            is_first, known = known == 0, replicas.killed
            replicas.stop()
            if is_first:
                await _find_again(database)
            replicas.start()
        elif any(process.poll() is not None for process in replicas.running):
            assert replicas.killed > known, "a replica ended by itself; its log says why"
        await asyncio.sleep(0.1)


def _check(mailbox: DeadlyMailbox, receiver: Receiver, replicas: Replicas) -> None:
    assert replicas.killed == 2 * len(KILLS_AT)
    mails = {mail["Message-ID"]: mail for mail in mailbox.mails}
    mailed = Counter(key for mail in mails.values() for key in _keys_in(mail))
    assert (len(mailed), set(mailed.values())) == (NOTICES, {1})
    # A process sends one message at a time, so each kill can repeat one.
    assert len(mailbox.mails) <= len(mails) + replicas.killed
    posts = {posted.headers["webhook-id"]: posted for posted in receiver.posted}
    told = [notice for posted in posts.values() for notice in posted.json["data"]["notices"]]
    assert Counter(notice["key"] for notice in told) == mailed
    assert {notice["kind"] for notice in told} == {Kind.KEY_EXPIRING}
    assert len(receiver.posted) <= len(posts) + replicas.killed


def _keys_in(mail: Any) -> set[str]:
    return set(_KEY.findall(mail.get_body(("plain",)).get_content()))


def _figures(mailbox: DeadlyMailbox, receiver: Receiver, replicas: Replicas, seconds: float) -> str:
    mails, posts = (
        {mail["Message-ID"] for mail in mailbox.mails},
        {posted.headers["webhook-id"] for posted in receiver.posted},
    )
    return (
        f"{NOTICES} notices, outage {OUTAGE_SECONDS:.0f} s, {replicas.killed} processes killed, {seconds:.0f} s: "
        f"{len(mails)} mails in {len(mailbox.mails)} copies, {len(posts)} posts in {len(receiver.posted)} copies"
    )
