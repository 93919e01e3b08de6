"""Translates a Backstage app-config to Keydesk's settings."""

from collections.abc import Iterator
from itertools import count
from typing import Any, Protocol
from urllib.parse import urlsplit

from keydesk.settings.key_paths import KeyPath
from keydesk.settings.sources.layers import Layer, Mark

PLUGIN_DEFAULTS = Layer("the plugin's default", {"litellm": {"provisioning": {"enabled": False}}})
"""The plugin's defaults that differ from Keydesk's. With an app-config, they are the layer below all others."""

_PAGE_URL: KeyPath = ("app", "baseUrl")
_BASE_URL: KeyPath = ("backend", "baseUrl")
_ENABLED: KeyPath = ("permission", "enabled")
_ACCESS: KeyPath = ("backend", "auth", "externalAccess")
_SUBJECT = "keydesk"
"""The subject of the external access token for Keydesk."""


class AppConfig(Protocol):
    """A source of Backstage's configuration."""

    def value(self, path: KeyPath) -> Any:
        """Return the value at `path`, or `Mark.NOTHING`."""

    def glance(self, path: KeyPath) -> Any:
        """Return the text or number at `path`, or `Mark.NOTHING`. Errors in the value are ignored."""


def translated(config: AppConfig, source: str) -> Layer:
    """Return the settings in `config`, with the names of keydesk.yaml."""
    tree: dict[str, Any] = {}
    read_as: dict[KeyPath, KeyPath] = {}
    for path, at, value in _settings_in(config):
        read_as[path] = at
        if value is Mark.NOTHING:
            continue
        here = tree
        for name in path[:-1]:
            here = here.setdefault(name, {})
        here[path[-1]] = value
    return Layer(source, tree, read_as)


def _settings_in(config: AppConfig) -> Iterator[tuple[tuple[str, ...], KeyPath, Any]]:
    """Yield the path in keydesk.yaml, the path in the app-config, and the value."""
    yield ("litellm",), ("litellm",), _without_nulls(config.value(("litellm",)))
    yield ("permissions", "backstage"), _ENABLED, _without_nulls(config.value(_ENABLED))
    address = _without_nulls(config.value(_BASE_URL))
    issuer = f"{address.rstrip('/')}/api/auth" if isinstance(address, str) else address
    yield ("identity", "backstage", "baseUrl"), _BASE_URL, address
    yield ("identity", "backstage", "issuer"), _BASE_URL, issuer
    yield ("directory", "backstage", "baseUrl"), _BASE_URL, address
    if origin := _origin(config.glance(_PAGE_URL)):
        yield ("server", "allowedOrigins"), _PAGE_URL, [origin]
    if config.glance(_ACCESS) is not Mark.NOTHING:
        at = _token_path(config)
        token = _without_nulls(config.value(at)) if at else Mark.REMOVED
        yield ("directory", "backstage", "token"), at or _ACCESS, token


def _origin(address: Any) -> str | None:
    """Return the origin of Backstage's base URL. An invalid URL is ignored."""
    try:
        parts = urlsplit(address) if isinstance(address, str) else None
    except ValueError:
        return None
    is_web = parts is not None and parts.scheme in {"http", "https"} and parts.netloc
    return f"{parts.scheme}://{parts.netloc}" if parts and is_web else None


def _token_path(config: AppConfig) -> KeyPath | None:
    """Return the path of the static token for Keydesk."""
    for index in count():
        entry = (*_ACCESS, index)
        if config.glance(entry) is Mark.NOTHING:
            return None
        if config.glance((*entry, "options", "subject")) == _SUBJECT:
            return (*entry, "options", "token")
    return None


def _without_nulls(value: Any) -> Any:
    """Replace null, which removes the values of earlier files. Null items of lists are dropped."""
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_dropped(item) for item in value]
    return Mark.REMOVED if value is None else value


def _dropped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _dropped(item) for name, item in value.items() if item is not None}
    return value
