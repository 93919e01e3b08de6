"""`keydesk keys narrow --apply`: one key that cannot be narrowed does not end the command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from keydesk.cli import key_narrowing
from keydesk.keys.narrowing import WideKey, WideKeys
from keydesk.kit.messages import message
from keydesk.kit.problems import UpstreamBusy
from keydesk.litellm import Key


class Narrowing:
    """Two keys of jane; another process is changing the first."""

    def __init__(self) -> None:
        names = ("busy\x1b]0;", "free")
        self.wide = [
            WideKey(
                Key(token_hash=name, key_alias=name, user_id="jane"), f"key_{at}", ("llm_api_routes",), None
            )
            for at, name in enumerate(names)
        ]

    async def pages(self) -> AsyncIterator[WideKeys]:
        yield WideKeys(self.wide, 2, 2)

    async def narrow(self, wide: WideKey) -> None:
        if wide is self.wide[0]:
            raise UpstreamBusy(message("Another request is changing the same object."), retry_after_seconds=5)


def test_the_other_keys_are_narrowed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @asynccontextmanager
    async def services(_: object) -> AsyncIterator[SimpleNamespace]:
        yield SimpleNamespace(key_narrowing=Narrowing())

    monkeypatch.setattr(key_narrowing, "running_services", services)
    with pytest.raises(SystemExit) as ended:
        key_narrowing.narrow(apply=True)
    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert "1 restricted, 1 failed" in said
    assert "FAILED: Another request is changing the same object." in said
    assert "\x1b" not in said
