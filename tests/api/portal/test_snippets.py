"""The snippets that the portal shows with a new key work as pasted."""

import re
import sys
from html import unescape
from shutil import which

import anyio
import pytest

from tests.api.portal.test_keys import create
from tests.support.desk.desk import SignIn
from tests.support.desk.portal import PortalVisitor

pytestmark = [pytest.mark.anyio, pytest.mark.long]


async def pasted(jane: PortalVisitor, alias: str, snippet: str) -> str:
    page = await create(jane, alias)
    found = re.search(rf'<code id="snippet-{snippet}">(.*?)</code>', page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize(
    ("snippet", "printed"), [("openai", "hi from mini"), ("anthropic", "hi from sonnet")]
)
async def test_a_snippet_uses_a_suitable_model(
    jane: PortalVisitor, sign_in: SignIn, snippet: str, printed: str
) -> None:
    program = await pasted(jane, (await sign_in("jane")).user_id, snippet)
    ended = await anyio.run_process([sys.executable, "-c", program])
    assert ended.stdout.decode().strip() == printed


@pytest.mark.skipif(which("curl") is None, reason="there is no curl")
async def test_the_shell_snippet_gets_a_response(jane: PortalVisitor, sign_in: SignIn) -> None:
    line = await pasted(jane, (await sign_in("jane")).user_id, "curl")
    ended = await anyio.run_process(["/bin/sh", "-c", line])
    assert "hi from mini" in ended.stdout.decode()


async def test_claude_code_gets_a_claude_model(jane: PortalVisitor, sign_in: SignIn) -> None:
    assert "ANTHROPIC_MODEL=claude-sonnet" in await pasted(
        jane, (await sign_in("jane")).user_id, "claude-code"
    )
