"""Fails if a release of LiteLLM accepts more fields or metadata names than Keydesk was checked with."""

import ast
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from keydesk.keys.policy import INTENT_MEMBER
from keydesk.kit.labels import LABELS
from keydesk.teams.policy import OWNING_GROUP
from keydesk.teams.versions import CHANGED_AT, SETTINGS_DIGEST
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.real import real_upstream
from tests.support.upstream.special_metadata import OPEN, PREMIUM, RESERVED

pytestmark = [pytest.mark.anyio, pytest.mark.real_litellm]
SOURCE = "KEYDESK_TEST_LITELLM_SOURCE"
FIELDS: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "request_fields.yaml").read_text())
LISTS = {
    "LiteLLM_ManagementEndpoint_MetadataFields": OPEN,
    "LiteLLM_ManagementEndpoint_MetadataFields_Premium": PREMIUM,
    "LiteLLM_Reserved_Metadata_Fields": RESERVED,
}
OURS = (
    LABELS,
    INTENT_MEMBER,
    OWNING_GROUP,
    CHANGED_AT,
    SETTINGS_DIGEST,
    "created_by_backstage_user",
    "created_by_email",
    "created_by_display_name",
    "created_via",
    "created_at_iso",
    "provisioned_by",
    "provisioned_at",
    "backstage_entity",
    "backstage_email",
    "backstage_display_name",
)


@pytest.fixture
async def real() -> AsyncIterator[Gateway]:
    """The real LiteLLM. The sandbox's OpenAPI document has no schemas."""
    async with gateway_of(real_upstream()) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def source() -> Path:
    """The folder of the `litellm` package, if the environment names it."""
    named = os.environ.get(SOURCE)
    if not named:
        pytest.skip(f"{SOURCE} names no folder")
    return Path(named)


@pytest.mark.parametrize("schema", FIELDS)
async def test_a_request_has_no_unchecked_field(real: Gateway, schema: str) -> None:
    document = (await real.get("/openapi.json")).body
    unknown = set(document["components"]["schemas"][schema]["properties"]) - set(FIELDS[schema])
    assert not unknown, (
        f"LiteLLM {document['info']['version']} takes new fields in {schema}: {sorted(unknown)}. Find out what "
        "each one does to a key or a team, and whether LiteLLM also obeys it in metadata. Then add it to "
        "request_fields.yaml."
    )


@pytest.mark.parametrize("name", LISTS)
def test_litellm_lists_no_unchecked_name(source: Path, name: str) -> None:
    unknown = _listed(source, name) - LISTS[name]
    assert not unknown, (
        f"LiteLLM obeys new names in metadata ({name}): {sorted(unknown)}. Add them to "
        "tests/support/upstream/special_metadata.py and run "
        "tests/contract/service/test_key_metadata.py on this release."
    )


def test_litellm_reads_no_name_that_keydesk_writes(source: Path) -> None:
    quoted = re.compile("|".join(f"[\"']{re.escape(name)}[\"']" for name in OURS))
    read = {
        f"{path.relative_to(source)}: {name}"
        for path in source.rglob("*.py")
        if quoted.search(text := path.read_text(encoding="utf-8"))
        for name in _names_read(ast.parse(text)).intersection(OURS)
    }
    assert not read, f"LiteLLM reads names that Keydesk writes into metadata: {sorted(read)}"


def _listed(source: Path, name: str) -> set[str]:
    for node in ast.parse((source / "proxy" / "_types.py").read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            assert node.value is not None
            return set(ast.literal_eval(node.value))
    pytest.fail(f"litellm/proxy/_types.py has no {name} any more: find out what took its place")


def _names_read(tree: ast.Module) -> set[str]:
    """Return all strings in the code, except those that are only written as keys of a dict display."""
    written = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in written
    }
