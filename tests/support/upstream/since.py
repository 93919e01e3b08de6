"""Facts of LiteLLM that hold from a release on.

`@pytest.mark.since("1.108.14")`. The mark is the oldest release of `make releases` with the fact. On an older real
LiteLLM the test must fail: otherwise the mark is wrong. `partly=True` is for a test with several cases of which only
some differ, or for a race; it may pass or fail. Tests of Keydesk's own behavior have no such mark.
"""

import pytest

from keydesk.litellm.releases import release_number
from tests.support.upstream.address import Upstream


def expect_by_release(request: pytest.FixtureRequest, upstream: Upstream) -> None:
    """Expect the test to fail if the connected real LiteLLM is older than its fact."""
    mark = request.node.get_closest_marker("since")
    connected = release_number(upstream.version)
    if mark is None or connected is None or upstream.name == "sandbox":
        return
    first = release_number(mark.args[0])
    if first is None or connected < first:
        reason = f"a fact of LiteLLM from {mark.args[0]} on; this is {upstream.version}"
        strict = not mark.kwargs.get("partly", False)
        request.applymarker(pytest.mark.xfail(reason=reason, strict=strict))
