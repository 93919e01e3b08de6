"""The internals of uvicorn that `keydesk.server` uses still exist. Because of them, `pyproject.toml` caps uvicorn."""

import inspect

import pytest
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

_OVERRIDDEN = (
    "connection_made",
    "connection_lost",
    "data_received",
    "on_message_begin",
    "on_header",
    "on_headers_complete",
    "on_body",
    "on_message_complete",
    "_start_asgi_task",
    "_unset_keepalive_if_required",
    "send_400_response",
)
_MESSAGE = "uvicorn changed: adapt src/keydesk/server to it before raising the cap in pyproject.toml"


@pytest.mark.parametrize("name", _OVERRIDDEN)
def test_every_overridden_method_still_exists(name: str) -> None:
    assert callable(getattr(HttpToolsProtocol, name, None)), f"{_MESSAGE}: HttpToolsProtocol.{name} is gone"


@pytest.mark.parametrize(
    ("owner", "attribute"),
    [
        (HttpToolsProtocol, "self.server_state"),
        (HttpToolsProtocol, "self.loop"),
        (HttpToolsProtocol, "self.cycle"),
        (HttpToolsProtocol, "self.flow"),
        (HttpToolsProtocol, "self.transport"),
        (RequestResponseCycle, "self.response_started"),
        (RequestResponseCycle, "self.response_complete"),
        (RequestResponseCycle, "self.keep_alive"),
        (RequestResponseCycle, "self.on_response"),
        (RequestResponseCycle, "self.scope"),
        (FlowControl, "self.read_paused"),
        (FlowControl, "self.write_paused"),
        (HttpToolsProtocol, "self.app"),
        (ServerState, "self.connections"),
        (ServerState, "self.default_headers"),
    ],
)
def test_every_attribute_that_is_read_still_exists(owner: type, attribute: str) -> None:
    assert f"{attribute} " in inspect.getsource(owner) or f"{attribute}:" in inspect.getsource(owner), (
        f"{_MESSAGE}: {owner.__name__} has no {attribute}"
    )
