"""LiteLLM as an HTTP transport: returns scripted responses and records the requests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import SecretStr

from keydesk.litellm import Hooks, LiteLLM, LiteLLMConfig, OnCall

MASTER_KEY = "sk-canary-master-0123456789"
TOKEN_HASH = "a27d597b73de62092f36cdf762cf86a7763f2ba47b082a7c0dfb08da1da9ffb6"
SECRET = "sk-4IlsQkgchRccLyI-2uDgag"

Reply = httpx2.Response | Exception
_READINESS = "/health/readiness"
NO_SUCH_ROUTE = {"detail": "Not Found"}


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    return httpx2.Response(status, json=body, headers=headers)


def refusal(message: str, status: int, param: str | None = None) -> httpx2.Response:
    """Return an error in the first of LiteLLM's formats."""
    return answer({"error": {"message": message, "type": "x", "param": param, "code": str(status)}}, status)


@dataclass
class GatewayStandIn:
    """Returns the responses of each route in turn, and repeats the last one.

    It reports its `version` without a script, and does not record that request.
    """

    version: str = "1.109.1"
    requests: list[httpx2.Request] = field(default_factory=list)
    _replies: dict[str, list[Reply]] = field(default_factory=dict)

    def on(self, route: str, *replies: Reply) -> None:
        """Script a route such as `GET /key/list`."""
        self._replies[route] = list(replies)

    def connect(self, on_call: OnCall | None = None, **settings: Any) -> LiteLLM:
        settings = {"base_url": "http://litellm.test", "master_key": SecretStr(MASTER_KEY), **settings}
        config = LiteLLMConfig(**settings)
        return LiteLLM(config, httpx2.MockTransport(self._reply), Hooks(on_call))

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == _READINESS and f"GET {_READINESS}" not in self._replies:
            return answer({}, headers={"x-litellm-version": self.version})
        self.requests.append(request)
        replies = self._replies[f"{request.method} {request.url.path}"]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        return httpx2.Response(reply.status_code, headers=reply.headers, content=reply.content)

    @property
    def asked(self) -> list[str]:
        """Return the requested routes, in order."""
        return [f"{request.method} {request.url.path}" for request in self.requests]

    @property
    def body(self) -> Any:
        """Return the body of the last request."""
        return json.loads(self.requests[-1].content)

    @property
    def query(self) -> dict[str, str]:
        """Return the query of the last request."""
        return dict(self.requests[-1].url.params)
