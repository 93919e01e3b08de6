"""Types of configuration values. Error messages describe the expected value and never quote the actual one."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

from keydesk.kit.entity_refs import full_group_ref, full_user_ref

_HTTP_URL = TypeAdapter(HttpUrl)
_HOST_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")


def _address(text: str) -> str:
    try:
        _HTTP_URL.validate_python(text)
    except ValidationError:
        raise ValueError("expected an HTTP or HTTPS URL such as https://gateway.example.com") from None
    parts = urlsplit(text)
    if parts.username or parts.password or "?" in text or "#" in text:
        raise ValueError("must not contain a user name, password, query or fragment")
    return text


def _base_address(text: str) -> str:
    return _address(text).rstrip("/")


def _page_origin(text: str) -> str:
    parts = urlsplit(_base_address(text))
    if parts.path:
        raise ValueError("expected an origin such as https://backstage.example.com, without a path")
    return _base_address(text).lower()


def _host_name(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        if text != "*" and not _HOST_NAME.fullmatch(text):
            raise ValueError(
                "expected a host name without scheme, port or path, such as keys.example.com, or * for all"
            ) from None
    return text


def _header_value(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text:
        raise ValueError("must not be empty")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(
            "must contain only ASCII letters, digits and punctuation, without spaces or line breaks"
        )
    return secret


def _network(value: Any) -> Any:
    try:
        return ip_network(value)
    except ValueError:
        raise ValueError("expected a network such as 10.0.0.0/8 or fd00::/8") from None


def matching(pattern: str, expected: str) -> AfterValidator:
    """Return a validator that requires the whole text to match `pattern`. `expected` describes the pattern."""
    form = re.compile(pattern)

    def check(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(f"expected {expected}")
        return text

    return AfterValidator(check)


def _one_or_several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Address = Annotated[str, AfterValidator(_address)]
"""A URL that is not normalised, because issuers are compared exactly."""
BaseAddress = Annotated[str, AfterValidator(_base_address)]
"""A URL to append paths to. A trailing slash is removed."""
PageOrigin = Annotated[str, AfterValidator(_page_origin)]
"""A value of the `Origin` header."""
HostName = Annotated[str, AfterValidator(_host_name)]
"""A value of the `Host` header without the port, or `*`."""
Credential = Annotated[SecretStr, AfterValidator(_header_value)]
"""A secret that is sent in an HTTP header."""
GroupRef = Annotated[str, AfterValidator(full_group_ref)]
UserRef = Annotated[str, AfterValidator(full_user_ref)]
GroupRefs = Annotated[
    tuple[GroupRef, ...],
    BeforeValidator(_one_or_several, json_schema_input_type=str | tuple[str, ...]),
]
"""One group, or a list of them."""
TextMap = dict[str, str]
"""A flat map. LiteLLM interprets some nested metadata as settings."""
LabelName = Annotated[
    str, matching(r"[A-Za-z][A-Za-z0-9_-]{0,49}", "a name of up to 50 letters, digits, _ and -")
]
LabelText = Annotated[str, Field(min_length=1, max_length=255)]
Labelled = dict[LabelName, LabelText]
"""Texts by the name of a label."""
Network = Annotated[
    IPv4Network | IPv6Network, BeforeValidator(_network), WithJsonSchema({"type": "string", "format": "cidr"})
]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
NonEmpty = Annotated[str, Field(min_length=1)]
SigningAlgorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]
"""Asymmetric algorithms only. With a shared secret, every verifier could also create tokens."""
