"""The real LiteLLM of the environment. Tests create their own objects on it, and do not own it."""

import pytest

from tests.support.upstream.address import REQUIRE_REAL, Upstream, real_address, real_is_required


def real_upstream() -> Upstream:
    """Without it, the test is skipped, or fails if the run requires it."""
    address = real_address()
    if address is None:
        reason = "LITELLM_URL and LITELLM_MASTER_KEY name no real LiteLLM"
        if real_is_required():
            pytest.fail(f"{reason}, and {REQUIRE_REAL}=1 insists on one", pytrace=False)
        pytest.skip(reason)
    return Upstream("litellm", *address)
