"""The notices about the lifetime of keys: which key gets which notice, to whom, and how often."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.jobs.lifetime_notices import LifetimeNotices
from keydesk.jobs.lifetimes_plan import Finding, Step
from keydesk.keys.owners import team_owner
from keydesk.kit.key_ids import KeyIds
from keydesk.lifetimes.models import Violation
from keydesk.litellm import Key
from keydesk.notices.models import Kind, Value
from keydesk.settings import LifetimeRules

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NOTICES = LifetimeNotices(KeyIds(b"secret"), "example.com", (14, 3, 1))


def key(**fields: Any) -> Key:
    return Key.model_validate({"token": "hash", "key_alias": "ci", "user_id": "jane@example.com"} | fields)


def found(ends_in: timedelta, now: datetime = NOW, **fields: Any) -> list[tuple[Kind, str]]:
    one = key(expires=NOW + ends_in, **fields)
    return [(notice.kind, notice.threshold) for notice in NOTICES.of_expirations([one], now)]


@pytest.mark.parametrize(
    ("ends_in", "expected"),
    [
        (15 * DAY, []),
        (14 * DAY, [(Kind.KEY_EXPIRING, "14")]),
        (4 * DAY, [(Kind.KEY_EXPIRING, "14")]),
        (3 * DAY, [(Kind.KEY_EXPIRING, "3")]),
        (timedelta(hours=1), [(Kind.KEY_EXPIRING, "1")]),
        (timedelta(0), [(Kind.KEY_EXPIRED, "")]),
        (-6 * DAY, [(Kind.KEY_EXPIRED, "")]),
        (-8 * DAY, []),
    ],
)
def test_steps_that_have_passed_together_give_one_notice(
    ends_in: timedelta, expected: list[tuple[Kind, str]]
) -> None:
    assert found(ends_in) == expected


@pytest.mark.parametrize(
    "fields",
    [{"user_id": None}, {"blocked": True}, {"team_id": "litellm-dashboard"}, {"user_id": "default_user_id"}],
)
def test_other_keys_give_no_notice(fields: dict[str, Any]) -> None:
    assert found(DAY, **fields) == []


def test_daily_runs_give_each_notice_once_and_an_extension_starts_again() -> None:
    short, extended = key(expires=NOW + 15 * DAY), key(expires=NOW + 45 * DAY)
    runs = [notice.id for day in range(20) for notice in NOTICES.of_expirations([short], NOW + day * DAY)]
    assert len(set(runs)) == 4
    later = [notice.id for day in range(50) for notice in NOTICES.of_expirations([extended], NOW + day * DAY)]
    assert len(set(later)) == 4
    assert not set(runs) & set(later)


def test_the_notices_say_what_keydesk_will_do_and_has_done() -> None:
    def finding(violation: Violation, **fields: Any) -> Finding:
        return Finding(key(**fields), "key_1", violation, LifetimeRules(), Step.WARN, NOW)

    (idle,) = NOTICES.of_warning(finding(Violation.IDLE, last_active=NOW - 90 * DAY))
    assert (idle.kind, idle.recipient) == (Kind.KEY_IDLE, "user:default/jane")
    assert idle.values["last_used_at"] == (NOW - 90 * DAY).isoformat()
    actions = {
        violation: NOTICES.of_warning(finding(violation))[0].values["action"] for violation in Violation
    }
    assert actions == {
        Violation.NEVER_EXPIRES: "shorten",
        Violation.TOO_LONG: "shorten",
        Violation.ROTATION_OVERDUE: "rotate",
        Violation.IDLE: "block",
    }
    (blocked,) = NOTICES.of_block(finding(Violation.ROTATION_OVERDUE))
    assert (blocked.kind, blocked.values["reason"]) == (Kind.KEY_BLOCKED, "The key was not rotated in time.")


def test_only_service_keys_are_notified_about_without_a_user() -> None:
    soon = key(expires=NOW + DAY, user_id=None, team_id="team-1")
    assert list(NOTICES.of_expirations([soon], NOW)) == []
    (notice,) = NOTICES.of_expirations([soon], NOW, {KeyIds(b"secret").of("hash")})
    assert (notice.recipient, notice.values[Value.TEAM_ID]) == (team_owner("team-1"), "team-1")
