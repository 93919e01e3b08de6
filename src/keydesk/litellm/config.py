"""Settings of the client: URL, credentials, timeouts and limits. Reads no file and no environment variable."""

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

MEBIBYTE = 1024 * 1024


class LiteLLMConfig(BaseModel):
    """Settings of one client. The master key stays in its `SecretStr` except in the request header."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str
    master_key: SecretStr = Field(min_length=1)
    timeout_seconds: float = Field(default=10.0, gt=0)
    connect_timeout_seconds: float = Field(default=3.0, gt=0)
    activity_timeout_seconds: float = Field(default=30.0, gt=0)
    max_connections: int = Field(default=20, ge=1)
    max_response_bytes: int = Field(default=64 * MEBIBYTE, ge=1)
    max_retries: int = Field(default=2, ge=0)
    retry_wait_seconds: float = Field(default=0.1, ge=0)
    retry_wait_max_seconds: float = Field(default=2.0, ge=0)
    retry_after_max_seconds: float = Field(default=10.0, ge=0)
    breaker_failures: int = Field(default=5, ge=1)
    breaker_reset_seconds: float = Field(default=5.0, gt=0)
    probe_timeout_seconds: float = Field(default=2.0, gt=0)
    max_pages: int = Field(default=200, ge=1)
    activity_page_size: int = Field(default=1000, ge=1, le=1000)
    allow_compromised_release: bool = False

    @field_validator("master_key")
    @classmethod
    def _fits_a_header(cls, value: SecretStr) -> SecretStr:
        secret = value.get_secret_value()
        if not (secret.isascii() and secret.isprintable()) or " " in secret:
            raise ValueError("must be printable ASCII without spaces")
        return value

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("must be an http or https URL")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must not contain a user name, password, query or fragment")
        return value.rstrip("/")
