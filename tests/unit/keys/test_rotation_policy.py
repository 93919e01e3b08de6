"""Which blocked keys can be rotated: those that Keydesk itself blocked because of their secret."""

from datetime import UTC, datetime, timedelta

import pytest

from keydesk.keys.models import LEAKED, BlockMark
from keydesk.keys.rotation_policy import check_no_overlap, check_rotatable
from keydesk.keys.suspension import LEFT_THE_DIRECTORY
from keydesk.kit.problems import PolicyRefused
from keydesk.lifetimes.models import BLOCKERS, Violation
from keydesk.litellm import Key

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OVERDUE, IDLE = BLOCKERS[Violation.ROTATION_OVERDUE], BLOCKERS[Violation.IDLE]
BLOCKED = Key(token_hash="hash", blocked=True, settings_updated_at=NOW)


@pytest.mark.parametrize("blocker", [LEAKED, OVERDUE])
@pytest.mark.parametrize("as_of", [NOW, None])
def test_a_leaked_or_overdue_key_can_be_rotated(blocker: str, as_of: datetime | None) -> None:
    check_rotatable(BLOCKED, BlockMark(blocker, as_of), NOW)


@pytest.mark.parametrize(
    "mark",
    [
        None,
        BlockMark("user:default/jane", NOW),
        BlockMark(LEFT_THE_DIRECTORY, NOW),
        BlockMark(IDLE, NOW),
        BlockMark(LEAKED, NOW - timedelta(minutes=1)),
        BlockMark(OVERDUE, NOW - timedelta(minutes=1)),
    ],
    ids=["administrator", "owner", "suspension", "idle", "leaked, changed later", "overdue, changed later"],
)
def test_any_other_blocked_key_cannot_be_rotated(mark: BlockMark | None) -> None:
    with pytest.raises(PolicyRefused, match="blocked"):
        check_rotatable(BLOCKED, mark, NOW)


def test_an_expired_key_cannot_be_rotated_although_it_leaked() -> None:
    expired = BLOCKED.model_copy(update={"expires_at": NOW})
    with pytest.raises(PolicyRefused, match="expired"):
        check_rotatable(expired, BlockMark(LEAKED, NOW), NOW)


@pytest.mark.parametrize("requested", [None, "0s"])
def test_a_blocked_key_has_no_overlap(requested: str | None) -> None:
    check_no_overlap(requested)
    with pytest.raises(PolicyRefused) as refused:
        check_no_overlap("1h")
    assert refused.value.param == "overlap"
