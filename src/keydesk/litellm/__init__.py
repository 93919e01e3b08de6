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
from keydesk.litellm.shapes.key import CreatedKey, Key, KeyChanges, NewKey
from keydesk.litellm.shapes.model import Deployment, ModelGroup
from keydesk.litellm.shapes.store import McpServer, VectorStore
from keydesk.litellm.shapes.team import (
    NewTeam,
    NewTeamMember,
    ObjectPermission,
    ObjectPermissionChanges,
    Team,
    TeamChanges,
    TeamMember,
)
from keydesk.litellm.shapes.user import NewUser, User, UserChanges

__all__ = [
    "Activity",
    "ActivityDay",
    "Attempt",
    "BadRequest",
    "BreakerOpen",
    "Capabilities",
    "CircuitBreaker",
    "Conflict",
    "CreatedKey",
    "CredentialRefused",
    "Deployment",
    "EnterpriseOnly",
    "Hooks",
    "Key",
    "KeyActivity",
    "KeyChanges",
    "KeyNames",
    "LiteLLM",
    "LiteLLMConfig",
    "LiteLLMError",
    "McpServer",
    "Metrics",
    "ModelGroup",
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
    "Team",
    "TeamChanges",
    "TeamMember",
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
]
