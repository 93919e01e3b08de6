"""Sends the requests of the script as its people, and records the responses."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import yaml

from tests.support.desk.desk import Desk, Visitor

FOLDER = Path(__file__).parent
Exchange = dict[str, Any]
Script = dict[str, list[dict[str, Any]]]
_TOLD_HEADERS = ("location", "retry-after", "www-authenticate", "referrer-policy")


def script() -> Script:
    """Return the steps of every section."""
    found: Script = yaml.safe_load((FOLDER / "script.yaml").read_text())
    return found


@dataclass
class Play:
    """`words` are the values of the script's `{names}`; `keep` adds to them."""

    desk: Desk
    words: dict[str, str]
    visitors: dict[str, Visitor] = field(default_factory=dict)

    async def section(self, steps: list[dict[str, Any]]) -> list[Exchange]:
        """Return every step with its response, in order."""
        return [await self._step(step) for step in steps]

    async def _step(self, step: dict[str, Any]) -> Exchange:
        method, _, path = step["call"].partition(" ")
        sent = {
            name: self._worded(step[key])
            for key, name in (("query", "params"), ("send", "json"))
            if key in step
        }
        visitor = await self._visitor(step["who"])
        answer = await visitor.call(method, path.format(**self.words), **sent)
        for word, member in step.get("keep", {}).items():
            assert member in answer.json(), answer.text
            self.words[word] = answer.json()[member]
        told = {"status": answer.status_code, "type": answer.headers.get("content-type", "none")}
        headers = {name: answer.headers[name] for name in _TOLD_HEADERS if name in answer.headers}
        if headers.get("referrer-policy") == "same-origin":
            del headers["referrer-policy"]
        told |= {"headers": headers} if headers else {}
        request = {key: step[key] for key in ("who", "call", "query", "send") if key in step}
        return {"request": request, "answer": told | _body(answer, step)}

    def _worded(self, value: Any) -> Any:
        if isinstance(value, str):
            return value.format(**self.words)
        if isinstance(value, dict):
            return {name: self._worded(inner) for name, inner in value.items()}
        return [self._worded(inner) for inner in value] if isinstance(value, list) else value

    async def _visitor(self, name: str) -> Visitor:
        if name == "stranger":
            return self.desk.stranger()
        if name == "virtual key":
            return self.desk.stranger(self.words["secret"])
        if name not in self.visitors:
            self.visitors[name] = await self.desk.sign_in(self.words[name])
        return self.visitors[name]


def _body(answer: httpx2.Response, step: dict[str, Any]) -> dict[str, Any]:
    if step.get("body") == "none" or not answer.content:
        return {}
    if "json" not in answer.headers.get("content-type", ""):
        return {"text": answer.text.splitlines()}
    body = answer.json()
    return {"body": body[: step["first"]] if "first" in step else body}


def calls_of(steps: Script) -> Iterator[str]:
    """Return every request such as `GET /keys`."""
    return (step["call"] for section in steps.values() for step in section)
