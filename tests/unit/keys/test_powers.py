"""Which routes allow more than model calls, and which routes remain after narrowing."""

import pytest

from keydesk.keys.powers import can_manage_gateway, narrowed


@pytest.mark.parametrize(
    ("routes", "can_manage", "left"),
    [
        ([], True, ("llm_api_routes",)),
        (["llm_api_routes"], False, ("llm_api_routes",)),
        (["info_routes"], False, ("info_routes",)),
        (["/v1/chat/completions"], False, ("/v1/chat/completions",)),
        (["management_routes"], True, ("llm_api_routes",)),
        (["key_management_routes", "info_routes"], True, ("info_routes",)),
        (["llm_api_routes", "/key/generate"], True, ("llm_api_routes",)),
        (["*"], True, None),
        (["/"], True, None),
        (["/key"], True, None),
        (["/v1/*"], True, None),
        (["/my-pass-through"], True, None),
        (["routes_of_a_later_release"], True, None),
    ],
)
def test_only_known_model_calls_and_reads_are_harmless(
    routes: list[str], can_manage: bool, left: tuple[str, ...] | None
) -> None:
    assert can_manage_gateway(routes) is can_manage
    assert narrowed(routes) == left


def test_a_narrowed_key_cannot_manage_the_gateway() -> None:
    for routes in ([], ["management_routes"], ["openai_routes", "/key"], ["/embeddings", "*"]):
        left = narrowed(routes)
        assert left is not None
        assert not can_manage_gateway(left)
        assert narrowed(left) == left
