"""The spend of everyone on one day, by person, team, key and model. The repr contains no key hashes."""

import datetime as dt

from msgspec import Struct, field

from keydesk.litellm.shapes.activity import KeyNames, Metrics


class SpendRow(Struct, frozen=True):
    """What one person spent with one key and model. A `user_id` or `team_id` of None means LiteLLM has none.

    `token_hash` is None for calls that LiteLLM recorded without a key.
    """

    user_id: str | None
    team_id: str | None
    token_hash: str | None
    model: str
    metrics: Metrics

    def __repr__(self) -> str:
        return f"SpendRow({self.model!r}, {self.metrics!r})"


class SpendDay(Struct, frozen=True):
    """All rows of one UTC day. `total` is LiteLLM's own total of the day; `keys` has the names of keys by token hash.

    `complete` is False if rows moved while the pages were read, or if the rows do not add up to the total.
    """

    date: dt.date
    rows: tuple[SpendRow, ...]
    total: Metrics
    keys: dict[str, KeyNames] = field(default_factory=dict)
    complete: bool = True

    def __repr__(self) -> str:
        return f"SpendDay({self.date}, {len(self.rows)} rows)"
