"""Small routes: health, and those that are empty or refused without a license."""

from typing import Any

from keydesk_sandbox import query
from keydesk_sandbox.call import Call
from keydesk_sandbox.config import LITELLM_VERSION
from keydesk_sandbox.errors import ENTERPRISE, DetailError


def liveliness(call: Call) -> str:
    """Return `/health/liveliness`."""
    del call
    return "I'm alive!"


def readiness(call: Call) -> dict[str, str]:
    """Return `/health/readiness`. LiteLLM 1.109.1 has no version there."""
    del call
    return {"status": "healthy", "db": "connected"}


def list_audit(call: Call) -> dict[str, Any]:
    """Return `/audit`: always empty, as LiteLLM without a license."""
    size = query.integer(call.query, "page_size", 10, maximum=100)
    number = query.integer(call.query, "page", 1)
    return {"audit_logs": [], "total": 0, "page": number, "page_size": size, "total_pages": 0}


def readiness_details(call: Call) -> dict[str, Any]:
    """Return `/health/readiness/details`, which has the release."""
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
    """Refuse the spend reports, which need a license."""
    del call
    raise DetailError(403, f"/spend/report endpoint {ENTERPRISE}", wrapped=False)
