"""The maximum length of a credential."""

import pytest
from starlette.datastructures import Headers

from keydesk.auth.middleware import bearer_token
from keydesk.auth.signed_token import MAX_TOKEN_CHARACTERS
from keydesk.kit.problems import NotSignedIn


def test_a_token_of_16_kb_is_accepted_and_a_longer_one_is_not() -> None:
    longest = "x" * MAX_TOKEN_CHARACTERS

    assert bearer_token(Headers({"authorization": f"Bearer {longest}"})) == longest
    with pytest.raises(NotSignedIn, match="too long"):
        bearer_token(Headers({"authorization": f"Bearer {longest}x"}))
