"""Each notice is sent once on each channel, retried after failures, and combined with others of the same person."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from keydesk.notices.messages import Failure
from keydesk.notices.models import Kind, Notice
from keydesk.notices.outbox import Outbox
from keydesk.notices.people_store import Choices, PeopleStore
from keydesk.storage.database import Database
from keydesk.storage.database_time import database_time
from keydesk.storage.notice_tables import deliveries, notices
from tests.unit.notices.conftest import BOB, JANE, MAIL, Recorder, expiring, sender_of, settings_with

pytestmark = pytest.mark.anyio


async def pass_time(database: Database, by: timedelta) -> None:
    """Make every delivery older, as if time had passed."""
    async with database.writing() as connection:
        rows = (
            await connection.execute(select(deliveries.c.id, deliveries.c.due_at, deliveries.c.created_at))
        ).all()
        for row in rows:
            times = {"due_at": row.due_at - by, "created_at": row.created_at - by}
            await connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(times))


async def states(database: Database) -> list[tuple[str, str | None]]:
    async with database.reading() as connection:
        rows = await connection.execute(select(deliveries.c.state, deliveries.c.error))
        return sorted((row.state, row.error) for row in rows)


async def test_notices_of_one_person_are_one_message(
    database: Database, outbox: Outbox, mail: Recorder
) -> None:
    await outbox.add([expiring(key="key_a"), expiring(key="key_b"), expiring(BOB, "key_c")])

    await sender_of(database, [mail]).apply()
    await sender_of(database, [mail]).apply()

    assert sorted(mail.subjects) == [(BOB, ["key_c"]), (JANE, ["key_a", "key_b"])]


async def test_a_notice_about_a_service_key_goes_to_each_contact(
    database: Database, outbox: Outbox, mail: Recorder
) -> None:
    slack = Recorder("slack", is_personal=False)
    await outbox.add(
        [expiring("keydesk:team:a", "key_a"), expiring("keydesk:team:b", "key_without_contacts")]
    )

    contacts = {"key_a": [JANE, BOB]}
    await sender_of(database, [mail, slack], contacts=contacts).apply()

    assert sorted(mail.subjects) == [(BOB, ["key_a"]), (JANE, ["key_a"])]
    assert slack.subjects == [("", ["key_a", "key_without_contacts"])]


@pytest.mark.long
async def test_two_replicas_send_each_notice_once(
    database: Database, same_database: Database, outbox: Outbox
) -> None:
    await outbox.add(expiring(f"user:default/p{number}", f"key_{number}") for number in range(150))
    channels = [Recorder(seconds=0.001), Recorder(seconds=0.001)]

    await asyncio.gather(
        *(
            sender_of(each, [own]).apply()
            for each, own in zip((database, same_database), channels, strict=True)
        )
    )

    sent = [key for channel in channels for _, keys in channel.subjects for key in keys]
    assert len(sent) == len(set(sent)) == 150


async def test_the_next_message_waits_for_the_digest_unless_a_key_has_leaked(
    database: Database, outbox: Outbox, mail: Recorder
) -> None:
    sender = sender_of(database, [mail])
    await outbox.add([expiring(key="key_a")])
    await sender.apply()
    await outbox.add([expiring(key="key_b")])
    await sender.apply()
    await outbox.add([Notice(Kind.KEY_LEAKED, JANE, "key_c")])
    await sender.apply()
    assert mail.subjects == [(JANE, ["key_a"]), (JANE, ["key_c"])]

    await outbox.add([expiring(key="key_d")])
    await sender.apply()
    await pass_time(database, timedelta(minutes=61))
    await sender.apply()

    assert mail.subjects[2:] == [(JANE, ["key_b", "key_d"])]


async def test_a_failed_message_is_sent_again_with_the_same_id_and_content(
    database: Database, outbox: Outbox, mail: Recorder
) -> None:
    mail.fails = [Failure.DEFERRED]
    await outbox.add([expiring(key="key_a")])
    sender = sender_of(database, [mail])
    await sender.apply()
    assert await states(database) == [("waiting", "deferred")]
    await outbox.add([expiring(key="key_b")])
    await pass_time(database, timedelta(minutes=2))
    await sender.apply()

    assert sorted(mail.subjects) == [(JANE, ["key_a"]), (JANE, ["key_b"])]
    assert [batch.attempts for batch in mail.sent if batch.notices[0].subject == "key_a"] == [2]
    assert sender.tally.sent == {("mail", "retried"): 1, ("mail", "delivered"): 2}


async def test_a_channel_that_is_down_gets_no_further_message_for_a_while(
    database: Database, outbox: Outbox, mail: Recorder
) -> None:
    mail.fails = [Failure.UNREACHABLE]
    slack = Recorder("slack", is_personal=False, max_notices=1000)
    await outbox.add(expiring(f"user:default/p{number}", f"key_{number}") for number in range(50))
    sender = sender_of(database, [mail, slack])
    await sender.apply()
    await sender.apply()
    assert mail.sent == []
    assert [len(batch.notices) for batch in slack.sent] == [50]

    await pass_time(database, timedelta(minutes=2))
    await sender_of(database, [mail]).apply()

    assert len(mail.sent) == 50
    assert sorted(batch.attempts for batch in mail.sent) == [1] * 49 + [2]


@pytest.mark.parametrize(
    ("failure", "state"), [(Failure.REJECTED, "failed"), (Failure.NO_ADDRESS, "skipped")]
)
async def test_a_message_that_can_never_be_sent_is_not_retried(
    database: Database, outbox: Outbox, mail: Recorder, failure: Failure, state: str
) -> None:
    mail.fails = [failure]
    await outbox.add([expiring()])
    sender = sender_of(database, [mail])
    await sender.apply()
    await pass_time(database, timedelta(hours=2))
    await sender.apply()

    assert await states(database) == [(state, failure)]
    assert mail.sent == []


async def test_a_message_of_a_killed_sender_is_sent_again_after_its_claim(
    database: Database, outbox: Outbox, mail: Recorder
) -> None:
    await outbox.add([expiring()])
    sender = sender_of(database, [mail])
    await sender.planner.apply({"mail"})
    (claimed,) = await sender.store.claim("mail", 20, 100, timedelta(minutes=1))
    await sender.apply()
    assert mail.sent == []

    await pass_time(database, timedelta(minutes=1, seconds=1))
    await sender.apply()

    assert [(batch.id, batch.attempts) for batch in mail.sent] == [(claimed.id, 2)]
    assert await states(database) == [("delivered", None)]


async def test_a_message_that_fails_for_days_is_given_up(
    database: Database, outbox: Outbox, mail: Recorder
) -> None:
    mail.fails = [Failure.DEFERRED, Failure.DEFERRED]
    await outbox.add([expiring()])
    sender = sender_of(database, [mail])
    await sender.apply()
    await pass_time(database, timedelta(days=3, minutes=1))
    await sender.apply()

    assert await states(database) == [("failed", "deferred")]
    assert sender.tally.sent == {("mail", "retried"): 1, ("mail", "given_up"): 1}


async def test_nothing_is_sent_before_a_channel_is_confirmed(
    database: Database, outbox: Outbox, mail: Recorder
) -> None:
    settings = settings_with(mail={**MAIL, "confirmed": False})
    sender = sender_of(database, [mail], settings)
    await outbox.add([expiring(key="key_a")])
    await sender.apply()
    assert mail.sent == []

    await sender.confirmations.confirm("mail")
    await outbox.add([expiring(key="key_b")])
    await sender.apply()

    assert mail.subjects == [(JANE, ["key_b"])]


async def test_a_person_can_turn_off_kinds_that_the_operator_does_not_require(
    database: Database, outbox: Outbox, mail: Recorder
) -> None:
    off = {"mail": [Kind.KEY_EXPIRING, Kind.KEY_BLOCKED]}
    await PeopleStore(database).save(JANE, Choices("de", off))
    await outbox.add([expiring(), Notice(Kind.KEY_BLOCKED, JANE, "key_b"), expiring(BOB, "key_c")])

    await sender_of(database, [mail]).apply()

    assert sorted(mail.subjects) == [(BOB, ["key_c"]), (JANE, ["key_b"])]
    by_recipient = dict(zip((batch.recipient for batch in mail.sent), mail.contents, strict=True))
    assert by_recipient[JANE].subject == "Der Key „Key ohne Namen“ wurde gesperrt"


async def test_a_shared_channel_gets_an_event_of_several_people_once(
    database: Database, outbox: Outbox
) -> None:
    slack = Recorder("slack", is_personal=False)
    await outbox.add([Notice(Kind.KEY_LEAKED, who, "key_a") for who in (JANE, BOB)])

    await sender_of(database, [slack]).apply()

    assert slack.subjects == [("", ["key_a"])]


async def test_old_notices_are_deleted_with_their_deliveries(
    database: Database, outbox: Outbox, mail: Recorder
) -> None:
    await outbox.add([expiring()])
    sender = sender_of(database, [mail])
    await sender.apply()
    assert await sender.prune() == 0

    async with database.writing() as connection:
        await connection.execute(update(notices).values(created_at=database_time(timedelta(days=-91))))

    assert await sender.prune() == 1
    assert await states(database) == []
