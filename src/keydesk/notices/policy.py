"""Decides which channels get a notice, and when a failed message is sent again. Pure."""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from keydesk.kit.notice_kind import NoticeKind

URGENT = {NoticeKind.KEY_LEAKED, NoticeKind.MACHINE_SIGNED_IN}
"""Kinds that do not wait for a digest."""
_FIRST_RETRY = timedelta(seconds=30)
_LAST_RETRY = timedelta(hours=1)
_DOUBLINGS = 7


def personal_channels(
    kind: NoticeKind,
    available: Sequence[str],
    turned_off: Mapping[str, Sequence[str]],
    always: Iterable[NoticeKind],
) -> list[str]:
    """Return the personal channels for a kind. A kind in `always` uses all of them if the person turned off all."""
    chosen = [channel for channel in available if kind not in turned_off.get(channel, ())]
    return chosen or (list(available) if kind in always else [])


def retry_delay(attempts: int) -> timedelta:
    """Return the time until the next attempt: from half a minute to one hour, with jitter."""
    delay = min(_FIRST_RETRY * (1 << min(attempts - 1, _DOUBLINGS)), _LAST_RETRY)
    return delay * random.uniform(0.75, 1.25)  # noqa: S311 - only spreads the retries
