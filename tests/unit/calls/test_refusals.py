"""What stopped a call, from the errors that LiteLLM 1.84, 1.109 and 1.110 write to their spend logs."""

import pytest

from keydesk.calls.models import Refusal
from keydesk.calls.refusals import refusal_of, words_of
from keydesk.litellm import CallError

DENIED = (
    "The requested model 'premium-xl' is not available for this API key, or the model name is invalid. "
    "Check the models available to you and try again."
)
TEXTS = {
    "Budget has been exceeded! Key=laptop (sk-...NhRA) Current cost: 1.08, Max budget: 0.0001": Refusal.KEY_BUDGET,
    "ExceededBudget: User=alice over budget. Spend=1.08, Budget=0.0001": Refusal.PERSON_BUDGET,
    "Budget has been exceeded! Current cost: 1.08, Max budget: 0.0001": Refusal.KEY_BUDGET,
    "Budget has been exceeded! Team=red Current cost: 1.08, Max budget: 1.0": Refusal.TEAM_BUDGET,
    "Budget has been exceeded! TeamMember=alice:red Current cost: 1.08, Max budget: 1.0": Refusal.MEMBER_BUDGET,
    "Budget has been exceeded! User=alice in Team=red Current cost: 1.08, Max budget: 1.0": Refusal.MEMBER_BUDGET,
    "Budget has been exceeded! Organization=blue Current cost: 1.08, Max budget: 1.0": Refusal.OTHER_BUDGET,
    "Exceeded budget for provider openai: 10.2 >= 10": Refusal.PROVIDER_BUDGET,
    "Authentication Error - Expired Key. Key Expiry time 2026-11-23 11:00:05+00:00": Refusal.KEY_EXPIRED,
    "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.": Refusal.KEY_BLOCKED,
    "Authentication Error, Team=red is blocked. Update via `/team/unblock` if you're an admin.": Refusal.TEAM_BLOCKED,
    DENIED: Refusal.MODEL_NOT_ALLOWED,
    "/chat/completions: Invalid model name passed in model=nope. Call `/v1/models`": Refusal.UNKNOWN_MODEL,
    "litellm.RateLimitError: Rate limit exceeded for REDACTED Limit type: requests.": Refusal.KEY_RATE_LIMIT,
    "Rate limit exceeded for user: alice. Limit type: tokens.": Refusal.PERSON_RATE_LIMIT,
    "Rate limit exceeded for team: red. Limit type: tokens.": Refusal.TEAM_RATE_LIMIT,
    "Rate limit exceeded for team_member: red:alice. Limit type: tokens.": Refusal.MEMBER_RATE_LIMIT,
    "Rate limit exceeded for model_per_key: hash:gpt-4o. Limit type: requests.": Refusal.MODEL_RATE_LIMIT,
    "403: key not allowed to access this user's info. user_id=bob": Refusal.ROUTE_NOT_ALLOWED,
    "litellm.RateLimitError: Rate limit exceeded for REDACTED Limit type: max_parallel_requests. Current limit: 0": (
        Refusal.PARALLEL_REQUESTS
    ),
    "/chat/completions: Invalid model name passed in. Call `/v1/models` to view": Refusal.UNKNOWN_MODEL,
    "Team=red is blocked. Update via `/team/unblock` if you're an admin.": Refusal.TEAM_BLOCKED,
    "OpenAI could not parse the request": Refusal.OTHER,
}


@pytest.mark.parametrize(("text", "refusal"), TEXTS.items())
def test_the_text_says_what_stopped_the_call(text: str, refusal: Refusal) -> None:
    assert refusal_of(CallError("ProxyException", text)) is refusal


@pytest.mark.parametrize(
    ("owner", "refusal"),
    [
        ("key", Refusal.KEY_BUDGET),
        ("user", Refusal.PERSON_BUDGET),
        ("team", Refusal.TEAM_BUDGET),
        ("team_member", Refusal.MEMBER_BUDGET),
        ("proxy", Refusal.GATEWAY_BUDGET),
    ],
)
def test_the_owner_of_a_budget_counts_more_than_the_text(owner: str, refusal: Refusal) -> None:
    error = CallError("BudgetExceededError", "Budget has been exceeded! Current cost: 2", budget_of=owner)
    assert refusal_of(error) is refusal


def test_a_rate_limit_of_a_provider_is_a_rate_limit() -> None:
    assert refusal_of(CallError("RateLimitError", "Slow down", 429)) is Refusal.RATE_LIMIT
    assert refusal_of(CallError("RateLimitError", "Slow down", rate_limit="tokens")) is Refusal.RATE_LIMIT


def test_a_call_without_an_error_has_another_reason() -> None:
    assert refusal_of(None) is Refusal.OTHER


def test_every_reason_has_words() -> None:
    assert all(words_of(refusal).endswith(".") for refusal in Refusal)
