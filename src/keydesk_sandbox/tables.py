"""The sandbox's schema and which of its columns hold JSON or booleans. Member names are LiteLLM's own."""

from typing import Final

_LIMITS: Final = """
  max_budget REAL, budget_duration TEXT, budget_reset_at TEXT, tpm_limit INTEGER, rpm_limit INTEGER,
  max_parallel_requests INTEGER, metadata TEXT DEFAULT '{}', models TEXT NOT NULL DEFAULT '[]',
  spend REAL NOT NULL DEFAULT 0, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
"""

_KEY_COLUMNS: Final = f"""
  key_name TEXT, key_alias TEXT, total_spend REAL NOT NULL DEFAULT 0, expires TEXT, user_id TEXT,
  team_id TEXT, organization_id TEXT, project_id TEXT, agent_id TEXT, tpd_limit INTEGER, blocked INTEGER,
  aliases TEXT NOT NULL DEFAULT '{{}}', config TEXT NOT NULL DEFAULT '{{}}',
  permissions TEXT NOT NULL DEFAULT '{{}}', allowed_cache_controls TEXT NOT NULL DEFAULT '[]',
  allowed_routes TEXT NOT NULL DEFAULT '[]', key_type TEXT, budget_id TEXT, object_permission_id TEXT,
  created_by TEXT, updated_by TEXT, settings_updated_at TEXT, last_active TEXT,
  budget_windows TEXT, {_LIMITS}
"""

SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS users (
  user_id TEXT PRIMARY KEY, user_email TEXT, user_alias TEXT, user_role TEXT, sso_user_id TEXT,
  object_permission_id TEXT, allowed_cache_controls TEXT NOT NULL DEFAULT '[]',
  teams TEXT NOT NULL DEFAULT '[]', {_LIMITS}
);
CREATE INDEX IF NOT EXISTS users_email ON users (lower(user_email));
CREATE INDEX IF NOT EXISTS users_created ON users (created_at);
CREATE INDEX IF NOT EXISTS users_reset ON users (budget_reset_at) WHERE budget_reset_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS keys (token TEXT PRIMARY KEY, {_KEY_COLUMNS});
CREATE UNIQUE INDEX IF NOT EXISTS keys_alias ON keys (key_alias);
CREATE INDEX IF NOT EXISTS keys_user ON keys (user_id, created_at);
CREATE INDEX IF NOT EXISTS keys_team ON keys (team_id, created_at);
CREATE INDEX IF NOT EXISTS keys_created ON keys (created_at);
CREATE INDEX IF NOT EXISTS keys_reset ON keys (budget_reset_at) WHERE budget_reset_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS deleted_keys (
  id TEXT PRIMARY KEY, token TEXT NOT NULL, deleted_at TEXT NOT NULL, deleted_by TEXT,
  deleted_by_api_key TEXT, {_KEY_COLUMNS}
);
CREATE INDEX IF NOT EXISTS deleted_keys_token ON deleted_keys (token);

CREATE TABLE IF NOT EXISTS teams (
  team_id TEXT PRIMARY KEY, team_alias TEXT, organization_id TEXT, soft_budget REAL, tpd_limit INTEGER,
  blocked INTEGER NOT NULL DEFAULT 0, members_with_roles TEXT NOT NULL DEFAULT '[]',
  object_permission_id TEXT, {_LIMITS}
);
CREATE INDEX IF NOT EXISTS teams_reset ON teams (budget_reset_at) WHERE budget_reset_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS memberships (
  team_id TEXT NOT NULL, user_id TEXT NOT NULL, spend REAL NOT NULL DEFAULT 0,
  total_spend REAL NOT NULL DEFAULT 0, budget_id TEXT, max_budget REAL, budget_duration TEXT,
  budget_reset_at TEXT, tpm_limit INTEGER, rpm_limit INTEGER, allowed_models TEXT NOT NULL DEFAULT '[]',
  model_max_budget TEXT, budget_created_at TEXT, PRIMARY KEY (team_id, user_id)
);
CREATE INDEX IF NOT EXISTS memberships_user ON memberships (user_id);

CREATE TABLE IF NOT EXISTS object_permissions (object_permission_id TEXT PRIMARY KEY, grants TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS objects (
  kind TEXT NOT NULL, id TEXT NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (kind, id)
);

CREATE TABLE IF NOT EXISTS daily_activity (
  date TEXT NOT NULL, user_id TEXT NOT NULL, team_id TEXT NOT NULL, api_key TEXT NOT NULL,
  model TEXT NOT NULL, model_group TEXT NOT NULL, provider TEXT NOT NULL, endpoint TEXT NOT NULL,
  spend REAL NOT NULL, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
  successful_requests INTEGER NOT NULL, failed_requests INTEGER NOT NULL,
  response_ms INTEGER NOT NULL, timed_requests INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS activity_row
  ON daily_activity (user_id, date DESC, team_id, api_key, model, model_group, provider, endpoint);
CREATE INDEX IF NOT EXISTS activity_team ON daily_activity (team_id, date DESC);
CREATE INDEX IF NOT EXISTS activity_key ON daily_activity (api_key, date DESC);
CREATE INDEX IF NOT EXISTS activity_date ON daily_activity (date DESC);

CREATE TABLE IF NOT EXISTS spend_logs (
  request_id TEXT PRIMARY KEY, api_key TEXT NOT NULL, user_id TEXT NOT NULL, team_id TEXT NOT NULL,
  started_at TEXT NOT NULL, entry TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS spend_logs_user ON spend_logs (user_id, started_at);
CREATE INDEX IF NOT EXISTS spend_logs_key ON spend_logs (api_key, started_at);
CREATE INDEX IF NOT EXISTS spend_logs_team ON spend_logs (team_id, started_at);
"""

ADDED: Final = (
    "ALTER TABLE keys ADD COLUMN budget_windows TEXT",
    "ALTER TABLE deleted_keys ADD COLUMN budget_windows TEXT",
    "CREATE INDEX IF NOT EXISTS keys_windows ON keys (token) WHERE budget_windows IS NOT NULL",
)
"""What a database of an earlier version lacks. A column that is there already is an error."""

JSON_COLUMNS: Final = frozenset(
    {
        "metadata", "models", "aliases", "config", "permissions", "allowed_cache_controls", "allowed_routes",
        "teams", "members_with_roles", "allowed_models", "model_max_budget", "grants", "entry",
        "budget_windows",
    }
)  # fmt: skip
"""Columns that hold JSON text and are read and written as values."""

BOOLEAN_COLUMNS: Final = frozenset({"blocked"})
"""Columns that are integers in SQLite and booleans or null in responses."""
