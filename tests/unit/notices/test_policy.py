"""Which channels a notice uses, and when a failed message is sent again."""

from datetime import timedelta

import pytest

from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.policy import personal_channels, retry_delay

BOTH = ["mail", "backstage"]
CREATED, BLOCKED = NoticeKind.KEY_CREATED, NoticeKind.KEY_BLOCKED


@pytest.mark.parametrize(
    ("kind", "turned_off", "expected"),
    [
        (CREATED, {}, BOTH),
        (CREATED, {"mail": ["key_created"]}, ["backstage"]),
        (CREATED, {"mail": ["key_created"], "backstage": ["key_created"]}, []),
        (CREATED, {"mail": ["key_blocked"]}, BOTH),
        (BLOCKED, {"mail": ["key_blocked"]}, ["backstage"]),
        (BLOCKED, {"mail": ["key_blocked"], "backstage": ["key_blocked"]}, BOTH),
    ],
)
def test_people_choose_channels_but_cannot_turn_off_what_the_operator_requires(
    kind: NoticeKind, turned_off: dict[str, list[str]], expected: list[str]
) -> None:
    assert personal_channels(kind, BOTH, turned_off, {BLOCKED}) == expected


def test_retries_slow_down_to_one_hour() -> None:
    assert timedelta(seconds=20) < retry_delay(1) < timedelta(seconds=40)
    assert timedelta(minutes=40) < retry_delay(50) < timedelta(minutes=80)
    assert len({retry_delay(3) for _ in range(20)}) > 1
