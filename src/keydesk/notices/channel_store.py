"""Stores which channels an operator has confirmed with a test, and for which address."""

import hmac
from collections.abc import Mapping, Set

from sqlalchemy import select

from keydesk.storage.database import Database
from keydesk.storage.database_time import database_time
from keydesk.storage.notice_tables import channels


class ChannelStore:
    """`addresses` has what identifies the address of each channel, which can be a secret. Only an HMAC is stored."""

    def __init__(self, database: Database, key: bytes, addresses: Mapping[str, str]) -> None:
        self._database = database
        self._fingerprints = {
            channel: hmac.digest(key, f"{channel}\0{address}".encode(), "sha256").hex()
            for channel, address in addresses.items()
        }

    async def confirmed(self) -> Set[str]:
        """Return the channels whose current address is confirmed."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(channels.c.channel, channels.c.fingerprint))
            return {row.channel for row in rows if self._fingerprints.get(row.channel) == row.fingerprint}

    async def confirm(self, channel: str) -> None:
        values = {"fingerprint": self._fingerprints[channel], "confirmed_at": database_time()}
        statement = self._database.insert_into(channels).values(channel=channel, **values)
        async with self._database.writing() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=[channels.c.channel], set_=values)
            )
