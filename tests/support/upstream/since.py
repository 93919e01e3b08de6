"""Facts of LiteLLM that hold from a release on: `@pytest.mark.since("1.108.14")`.

The mark names the oldest release of `make releases` on which the fact was seen. On an older real LiteLLM the test
must fail: a fact that holds there after all has a mark that is wrong. `partly=True` is for a test of several cases of
which only some differ, or of a race or a window of time; it may pass or fail. What Keydesk does has no such mark.
"""

import pytest

from keydesk.litellm.releases import release_number
from tests.support.upstream.address import Upstream


def expect_by_release(request: pytest.FixtureRequest, upstream: Upstream) -> None:
    """Mark the test as one that must fail if the connected real LiteLLM is older than its fact."""
    mark = request.node.get_closest_marker("since")
    connected = release_number(upstream.version)
    if mark is None or connected is None or upstream.name == "sandbox":
        return
    first = release_number(mark.args[0])
    if first is None or connected < first:
        reason = f"a fact of LiteLLM from {mark.args[0]} on; this is {upstream.version}"
        strict = not mark.kwargs.get("partly", False)
        request.applymarker(pytest.mark.xfail(reason=reason, strict=strict))
