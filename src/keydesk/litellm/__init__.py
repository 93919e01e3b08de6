"""A typed, asynchronous client for LiteLLM's management API. It can be used without Keydesk."""

from keydesk.litellm.activity_merging import adds_up, same_figures
from keydesk.litellm.breaker import CircuitBreaker
from keydesk.litellm.client import LiteLLM
from keydesk.litellm.config import LiteLLMConfig
from keydesk.litellm.errors import (
    BadRequest,
    BreakerOpen,
    Conflict,
    CredentialRefused,
    EnterpriseOnly,
    LiteLLMError,
    NotFound,
    PoolExhausted,
    RateLimited,
    Rejected,
    ReleaseRefused,
    TimedOut,
    TooManyPages,
    UnexpectedAnswer,
    Unreachable,
    UpstreamFailed,
)
from keydesk.litellm.hooks import Attempt, Hooks, OnCall
from keydesk.litellm.keys import token_hash_of
from keydesk.litellm.releases import Capabilities, Release, ReleaseWarning
from keydesk.litellm.shapes.activity import (
    Activity,
    ActivityDay,
    KeyActivity,
    KeyNames,
    Metrics,
    PartActivity,
)
from keydesk.litellm.shapes.health import Readiness
from keydesk.litellm.shapes.key import (
    BudgetLimit,
    CreatedKey,
    Key,
    KeyChanges,
    KeyPage,
    NewBudgetLimit,
    NewKey,
)
from keydesk.litellm.shapes.model import Deployment, ModelGroup
from keydesk.litellm.shapes.spend_day import SpendDay, SpendRow
from keydesk.litellm.shapes.spend_log import CallError, SpendLog, SpendLogPage
from keydesk.litellm.shapes.store import McpServer, VectorStore
from keydesk.litellm.shapes.team import (
    NewTeam,
    NewTeamMember,
    ObjectPermission,
    ObjectPermissionChanges,
    Team,
    TeamChanges,
    TeamMember,
    TeamMembership,
)
from keydesk.litellm.shapes.user import NewUser, User, UserChanges
from keydesk.litellm.spend_logs import FilterIgnored, SpendLogQuery

__all__ = [
    "Activity",
    "ActivityDay",
    "Attempt",
    "BadRequest",
    "BreakerOpen",
    "BudgetLimit",
    "CallError",
    "Capabilities",
    "CircuitBreaker",
    "Conflict",
    "CreatedKey",
    "CredentialRefused",
    "Deployment",
    "EnterpriseOnly",
    "FilterIgnored",
    "Hooks",
    "Key",
    "KeyActivity",
    "KeyChanges",
    "KeyNames",
    "KeyPage",
    "LiteLLM",
    "LiteLLMConfig",
    "LiteLLMError",
    "McpServer",
    "Metrics",
    "ModelGroup",
    "NewBudgetLimit",
    "NewKey",
    "NewTeam",
    "NewTeamMember",
    "NewUser",
    "NotFound",
    "ObjectPermission",
    "ObjectPermissionChanges",
    "OnCall",
    "PartActivity",
    "PoolExhausted",
    "RateLimited",
    "Readiness",
    "Rejected",
    "Release",
    "ReleaseRefused",
    "ReleaseWarning",
    "SpendDay",
    "SpendLog",
    "SpendLogPage",
    "SpendLogQuery",
    "SpendRow",
    "Team",
    "TeamChanges",
    "TeamMember",
    "TeamMembership",
    "TimedOut",
    "TooManyPages",
    "UnexpectedAnswer",
    "Unreachable",
    "UpstreamFailed",
    "User",
    "UserChanges",
    "VectorStore",
    "adds_up",
    "same_figures",
    "token_hash_of",
]
