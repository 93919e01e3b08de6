"""The kinds of requests. Settings and stored requests use these names, so a name never changes."""

from enum import StrEnum


class RequestKind(StrEnum):
    ACCOUNT_BUDGET = "account_budget"
    KEY_BUDGET = "key_budget"
    ACCOUNT_MODELS = "account_models"
    KEY_MODELS = "key_models"
    TEAM_MEMBERSHIP = "team_membership"
    KEY_LIFETIME = "key_lifetime"
    NEW_TEAM = "new_team"
    MEMBER_BUDGET = "member_budget"
