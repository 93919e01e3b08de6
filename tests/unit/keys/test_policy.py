"""Rules for keys."""

import pytest

from keydesk.keys.policy import belongs_to
from keydesk.kit.people import Person
from keydesk.litellm import Key, User

JANE = Person("user:default/jane")
ACCOUNT = User(user_id="jane")


@pytest.mark.parametrize(
    ("user_id", "metadata", "expected"),
    [
        ("jane", {}, True),
        ("jane", {"created_by_backstage_user": "user:default/bob"}, True),
        ("bob", {"created_by_backstage_user": "user:default/jane"}, True),
        (None, {"created_by_backstage_user": "user:default/jane"}, True),
        ("bob", {"created_by_backstage_user": "user:default/bob"}, False),
        ("bob", {}, False),
        (None, {}, False),
    ],
)
def test_a_key_belongs_to_its_owner_and_its_creator(
    user_id: str | None, metadata: dict[str, str], expected: bool
) -> None:
    key = Key(token_hash="f" * 64, user_id=user_id, metadata=metadata)
    assert belongs_to(key, JANE, ACCOUNT) is expected
