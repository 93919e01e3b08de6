"""How the metadata of a new key is stored in LiteLLM."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from keydesk.keys.models import ConfiguredKeyRequest, KeyRequest
from keydesk.keys.policy import new_key, stamps
from keydesk.kit.labels import LABELS, labels_in
from keydesk.kit.people import Person
from keydesk.litellm import NewKey, User
from tests.support.upstream.special_metadata import SPECIAL

JANE = User(user_id="jane", user_email="jane@example.com")
STAMPED = stamps(Person("user:default/jane"), JANE, datetime(2026, 1, 1, tzinfo=UTC), "intent")
KNOWN = {name: value for name, value in STAMPED.items() if value is not None}
NAMES = st.one_of(st.sampled_from([*SPECIAL, *STAMPED, LABELS]), st.text("abc_. -Ü", max_size=100))

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(NAMES, TEXTS, max_size=20))
def test_labels_are_nested_under_one_member_and_do_not_replace_stamps(labels: dict[str, str]) -> None:
    metadata = new_key(KeyRequest(alias="a", max_budget=1.0, metadata=labels), JANE, STAMPED).metadata
    assert {name: value for name, value in metadata.items() if name != LABELS} == KNOWN
    assert labels_in(metadata) == labels
    assert (LABELS in metadata) == bool(labels)


def test_configured_metadata_is_stored_unchanged_next_to_the_stamps() -> None:
    configured = {"tags": "opencode", "created_via": "elsewhere", "created_by_display_name": "somebody"}
    request = ConfiguredKeyRequest(alias="a", max_budget=1.0, metadata=configured)
    assert new_key(request, JANE, STAMPED).metadata == {"tags": "opencode"} | KNOWN


def test_a_new_key_has_no_member_for_aliases() -> None:
    """CVE-2026-136538: with `aliases`, a key can call models that it is not allowed to use."""
    assert "aliases" not in NewKey.model_fields
