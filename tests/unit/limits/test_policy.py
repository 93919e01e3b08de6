"""Which limits of a key are explained, which one is decisive, and what else stops a key."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.keys.models import LEAKED
from keydesk.keys.secrets import ROTATION_MEMBER, Carried, FoldedKey
from keydesk.limits.models import Context, Explanation, LimitsView, OfTeam
from keydesk.limits.policy import explain
from keydesk.litellm import Key, Team, TeamMembership, User

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
RESET = datetime(2026, 4, 1, tzinfo=UTC)
ALICE = User(user_id="alice", max_budget=100.0, spend=40.0, rpm_limit=60)


def secret(name: str = "first", carried: Carried | None = None, **fields: Any) -> Key:
    metadata = {ROTATION_MEMBER: carried.model_dump(mode="json")} if carried else {}
    return Key(token_hash=name, key_alias="laptop", **{"metadata": metadata} | fields)


def explained(*secrets: Key, team: OfTeam | None = None, owner: User = ALICE, **context: Any) -> Explanation:
    key = FoldedKey.of("key_one", secrets or [secret()])
    return explain(key, Context(owner, NOW, team, **context))


def found(explanation: Explanation) -> list[tuple[str, str, str]]:
    return [(limit.scope, limit.kind, limit.status) for limit in explanation.limits]


def test_a_personal_key_has_its_own_limits_and_those_of_its_owner() -> None:
    explanation = explained(secret(max_budget=10.0, spend=2.5, tpm_limit=1000))
    assert found(explanation) == [
        ("person", "budget", "ok"),
        ("key", "budget", "ok"),
        ("key", "tokens_per_minute", "unknown"),
        ("person", "requests_per_minute", "unknown"),
    ]
    assert (explanation.limits[1].left, explanation.limits[1].percent) == (7.5, 25.0)
    assert explanation.works


def test_the_budget_of_the_owner_does_not_apply_to_a_key_of_a_team() -> None:
    team = OfTeam(Team(team_id="red", max_budget=50.0, spend=10.0), TeamMembership(max_budget=5.0, spend=1.0))
    explanation = explained(
        secret(team_id="red"), team=team, owner=User(user_id="alice", max_budget=1.0, spend=9.0)
    )
    assert found(explanation) == [("team", "budget", "ok"), ("member", "budget", "ok")]
    assert explanation.works


@pytest.mark.parametrize(
    ("spend", "status"), [(79.0, "ok"), (80.0, "near"), (99.99, "near"), (100.0, "reached")]
)
def test_a_budget_is_near_from_80_percent_and_reached_when_nothing_is_left(spend: float, status: str) -> None:
    explanation = explained(secret(max_budget=100.0, spend=spend), owner=User(user_id="alice"))
    assert found(explanation) == [("key", "budget", status)]
    assert explanation.works == (status != "reached")


def test_a_team_can_spend_its_budget_completely() -> None:
    def at(spend: float) -> str:
        team = OfTeam(Team(team_id="red", max_budget=50.0, spend=spend))
        return explained(secret(team_id="red"), team=team).limits[0].status

    assert (at(50.0), at(50.01)) == ("near", "reached")


def test_the_limit_that_is_reached_comes_first_with_its_reset() -> None:
    explanation = explained(
        secret(max_budget=1000.0, spend=999.0),
        owner=User(user_id="alice", max_budget=10.0, spend=10.0, budget_reset_at=RESET),
    )
    view = LimitsView.of(explanation)
    assert (view.works, view.limits[0].scope, view.limits[0].left) == (False, "person", 0.0)
    assert view.summary == (
        "LiteLLM refuses calls with this key. Used up: Personal budget. It resets on 2026-04-01 at 00:00 UTC."
    )


def test_a_hidden_budget_shows_the_percentage_without_amounts() -> None:
    team = Team(team_id="red", max_budget=321.0625, spend=300.5, budget_reset_at=RESET)
    view = LimitsView.of(explained(secret(team_id="red"), team=OfTeam(team, hidden=True)))
    (limit, *_) = view.limits
    assert (limit.percent, limit.limit, limit.used, limit.left) == (94.0, None, None, None)
    assert limit.status == "near"
    assert "321" not in view.model_dump_json()
    assert "300.5" not in view.model_dump_json()


def test_both_secrets_of_a_rotated_key_are_one_key_with_their_shares() -> None:
    carried = Carried(number=2, budget_usd=10.0, share_usd=6.0, base_usd=2.0, previous_ends_at=NOW)
    explanation = explained(
        secret("first", max_budget=6.0, spend=6.0),
        secret("second", carried, max_budget=6.0, spend=2.5),
        owner=User(user_id="alice"),
    )
    assert found(explanation) == [
        ("previous_secret", "budget", "reached"),
        ("key", "budget", "ok"),
        ("current_secret", "budget", "ok"),
    ]
    assert explanation.limits[1].used == 6.5


def test_limits_for_single_models_are_read_from_the_metadata() -> None:
    metadata = {"model_rpm_limit": {"gpt-4o": 3}, "model_tpm_limit": {"gpt-4o": 500, "odd": "many"}}
    explanation = explained(secret(metadata=metadata, model_max_budget={"gpt-4o": {}, "other": 1.0}))
    shown = [(limit.name, limit.kind, limit.limit) for limit in explanation.limits if limit.name]
    assert shown == [
        ("gpt-4o", "requests_per_minute", 3),
        ("gpt-4o", "tokens_per_minute", 500),
        ("model_max_budget", "other", None),
    ]


@pytest.mark.parametrize(
    ("fields", "context", "kind"),
    [
        ({"expires_at": NOW}, {}, "expired"),
        ({"blocked": True}, {}, "blocked"),
        ({"blocked": True}, {"blocker": LEAKED}, "leaked"),
        ({"blocked": True}, {"blocker": "keydesk:idle"}, "blocked_by_policy"),
        ({"blocked": True}, {"blocker": "keydesk:rotation-overdue"}, "blocked_by_policy"),
        ({"blocked": True}, {"owner_left": True}, "owner_left"),
        ({"team_id": "red"}, {"team": OfTeam(Team(team_id="red", blocked=True))}, "team_blocked"),
        ({"team_id": "red"}, {"team": OfTeam(None)}, "team_missing"),
    ],
)
def test_other_reasons_stop_a_key_with_budget_left(
    fields: dict[str, Any], context: dict[str, Any], kind: str
) -> None:
    explanation = explained(secret(max_budget=10.0, **fields), **context)
    assert [reason.kind for reason in explanation.reasons] == [kind]
    assert explanation.summary == explanation.reasons[0].text
    assert not explanation.works


def test_a_person_learns_of_their_own_block() -> None:
    own = explained(secret(blocked=True), blocker="user:default/alice", reader="user:default/alice")
    other = explained(secret(blocked=True), blocker="user:default/bob", reader="user:default/alice")
    assert "You blocked this key" in own.summary
    assert "platform team" in other.summary


def test_a_key_that_expires_later_works() -> None:
    assert explained(secret(expires_at=NOW + timedelta(seconds=1))).works
