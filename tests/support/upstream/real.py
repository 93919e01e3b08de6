"""The real LiteLLM of the environment. Tests create their own objects on it, and do not own it."""

from tests.support.required import missing
from tests.support.upstream.address import Upstream, real_address


def real_upstream() -> Upstream:
    """Without it, the test is skipped, or fails if the run requires it."""
    return Upstream("litellm", *(real_address() or missing("LITELLM_URL or LITELLM_MASTER_KEY is not set")))
