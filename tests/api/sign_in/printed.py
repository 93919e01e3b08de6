"""The configurations that the how-to guides for sign-in print."""

from pathlib import Path

from keydesk.settings.loading import Configuration, load_configuration
from tests.architecture.markdown_files import DOCS, code_blocks
from tests.support.desk.configuring import SECRET
from tests.support.desk.desk import ADDRESS
from tests.support.upstream.address import Upstream

PAGES = DOCS / "how-to"
CLIENT_SECRET = "a-secret-of-the-tests"


def variables(sandbox: Upstream, database_file: Path, issuer: str) -> dict[str, str]:
    """Return the variables that a recipe asks for, and those for what is at another address in a test."""
    return {
        "LITELLM_MASTER_KEY": sandbox.master_key,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "KEYDESK_SECRET": SECRET,
        "KEYDESK_LITELLM__BASE_URL": sandbox.url,
        "KEYDESK_LITELLM__MASTER_KEY": sandbox.master_key,
        "KEYDESK_DATABASE__URL": f"sqlite:///{database_file}",
        "KEYDESK_PORTAL__BASE_URL": ADDRESS,
        "KEYDESK_PORTAL__SIGN_IN__ISSUER": issuer,
        "KEYDESK_SERVER__ALLOWED_HOSTS": '["localhost"]',
    }


def printed_configuration(
    page: str, folder: Path, environment: dict[str, str], number: int = 0
) -> Configuration:
    """Return the configuration `number` of the page. `folder` gets its files."""
    blocks = code_blocks(PAGES / f"{page}.md", "yaml")
    file, people = folder / "keydesk.yaml", folder / "people.yaml"
    file.write_text([block for block in blocks if "signIn:" in block][number])
    for block in blocks:
        if block.startswith("people:"):
            people.write_text(block)
            environment = environment | {"KEYDESK_DIRECTORY__PEOPLE_FILE": str(people)}
    return load_configuration([file], environ=environment)
