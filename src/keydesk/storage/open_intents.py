"""What changes are in progress or were left without an outcome, for relays to read on connections of their own.

Nobody can say what such a change has done, so that every replica doubts what it may touch for as long as it is open.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

MOST_ROWS = 500
OPEN_INTENTS = (
    "select l.table_name, l.object_id, l.before_value, l.updated_values from audit_open_intents o "  # noqa: S608 - a number of ours
    f"join audit_log l on l.change_id = o.change_id where l.kind = 'intent' limit {MOST_ROWS}"
)
TagsOf = Callable[[str, str | None, dict[str, Any], dict[str, Any]], Collection[str]]
"""The tags of one entry: its table, the object's id, the values before and after."""


def tags_of_rows(
    rows: Sequence[Sequence[Any]],
    tags_of: TagsOf,
    everything: str,
    members: Callable[[Any], Mapping[str, Any]] = lambda value: value or {},
) -> set[str]:
    """Return the tags of the entries in `rows`; `everything` where there are too many of them."""
    if len(rows) == MOST_ROWS:
        return {everything}
    tags: set[str] = set()
    for table, object_id, before, after in rows:
        tags.update(tags_of(table, object_id, dict(members(before)), dict(members(after))))
    return tags
