"""Names in the metadata of keys, teams and users with a meaning in LiteLLM, in releases 1.84.0 to 1.110.2.

The first three sets are LiteLLM's own lists, from `litellm/proxy/_types.py`. LiteLLM has no list of the others, which
it reads one by one in `litellm/proxy`.
"""

OPEN = frozenset(
    {
        "allowed_vector_store_indexes",
        "default_estimated_output_tokens",
        "default_estimated_output_tokens_per_model",
        "enable_prompt_caching",
        "end_user_budget_id",
        "enforced_batch_output_expires_after",
        "enforced_file_expires_after",
        "enforced_params",
        "mcp_rpm_limit",
        "model_itpm_limit",
        "model_otpm_limit",
        "model_rpm_limit",
        "model_tpm_limit",
        "require_trace_id",
        "rpm_limit_type",
        "tag_rpm_limit",
        "temp_budget_expiry",
        "temp_budget_increase",
        "throttle_on_budget_exceeded",
        "tpm_limit_type",
    }
)
"""`LiteLLM_ManagementEndpoint_MetadataFields`: settings without a licence."""

PREMIUM = frozenset(
    {
        "allowed_passthrough_routes",
        "denied_passthrough_routes",
        "disable_global_guardrails",
        "guardrails",
        "logging",
        "policies",
        "prompts",
        "secret_manager_settings",
        "tags",
        "team_member_key_duration",
    }
)
"""`LiteLLM_ManagementEndpoint_MetadataFields_Premium`: settings that need a licence as a field of a request."""

RESERVED = frozenset({"service_account_id"})
"""`LiteLLM_Reserved_Metadata_Fields`: never changed once they are set."""

READ_BESIDE = frozenset(
    {
        "agent_id",
        "batch_enqueued_token_limit",
        "cache",
        "callback_settings",
        "cost_center",
        "global_max_parallel_requests",
        "litellm_disabled_callbacks",
        "max_batch_file_records",
        "max_budget_alert_emails",
        "max_iterations",
        "opted_out_global_guardrails",
        "password_reset_required",
        "priority",
        "scim_active",
        "scim_blocked",
        "scim_metadata",
        "session_id",
        "soft_budget_alerting_emails",
        "spend_logs_metadata",
        "team_member_budget_id",
        "user_api_key_alias",
        "user_id",
    }
)
"""Names that LiteLLM reads although they are on none of the lists."""

SPECIAL = OPEN | PREMIUM | RESERVED | READ_BESIDE
