"""The small routes: health, and what stays empty or shut without a licence."""

from typing import Any

from keydesk_sandbox import query
from keydesk_sandbox.call import Call
from keydesk_sandbox.config import LITELLM_VERSION
from keydesk_sandbox.errors import ENTERPRISE, DetailError


def liveliness(call: Call) -> str:
    """Answer `/health/liveliness`."""
    del call
    return "I'm alive!"


def readiness(call: Call) -> dict[str, str]:
    """Answer `/health/readiness`; LiteLLM 1.109.1 names no version there."""
    del call
    return {"status": "healthy", "db": "connected"}


def list_audit(call: Call) -> dict[str, Any]:
    """Answer `/audit`: always empty, as LiteLLM without a licence."""
    size = query.integer(call.query, "page_size", 10, maximum=100)
    number = query.integer(call.query, "page", 1)
    return {"audit_logs": [], "total": 0, "page": number, "page_size": size, "total_pages": 0}


def readiness_details(call: Call) -> dict[str, Any]:
    """Answer `/health/readiness/details`, where the release is named."""
    del call
    return {
        "status": "healthy",
        "db": "connected",
        "cache": None,
        "litellm_version": LITELLM_VERSION,
        "success_callbacks": [],
        "use_aiohttp_transport": True,
        "log_level": "WARNING",
        "is_detailed_debug": False,
        "show_no_redis_warning": False,
        "show_env_credential_login_warning": True,
    }


def refuse_report(call: Call) -> None:
    """Refuse the spend reports, which need a licence."""
    del call
    raise DetailError(403, f"/spend/report endpoint {ENTERPRISE}", wrapped=False)
