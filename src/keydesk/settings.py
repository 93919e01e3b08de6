"""Every setting, typed and frozen: one YAML file, and the environment over it (`settings_file.py` reads them).

The `litellm` section has the names and defaults of the Backstage plugin's app-config block, so that an
operator moves over without rewriting. Names are camelCase in files and snake_case here.
"""

import hashlib
import hmac
from typing import Annotated, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from keydesk.entity_refs import full_group_ref, full_user_ref
from keydesk.fields import Duration, RateLimit, Usd


def _trimmed_url(text: str) -> str:
    return str(HttpUrl(text)).rstrip("/")


Url = Annotated[str, AfterValidator(_trimmed_url)]
GroupRef = Annotated[str, AfterValidator(full_group_ref)]
Loopback = ("127.0.0.1", "localhost", "::1")


class Section(BaseModel):
    """A part of the configuration: unknown names are refused, values never appear in error texts."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class AccountDefaults(Section):
    """What a new account in LiteLLM starts with. An empty list of models means every model."""

    max_budget: Usd | None = 10.0
    budget_duration: Duration | None = "30d"
    models: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    user_role: Literal["internal_user", "internal_user_viewer"] = "internal_user"
    tpm_limit: RateLimit | None = None
    rpm_limit: RateLimit | None = None
    metadata: dict[str, str] = Field(default_factory=dict)


class ProvisioningRole(AccountDefaults):
    """What people of one group get instead: the members that are named override the defaults."""

    group: GroupRef


class Provisioning(Section):
    """Whether people get an account on first use, and which. The first role that fits counts."""

    enabled: bool = True
    defaults: AccountDefaults = AccountDefaults()
    roles: tuple[ProvisioningRole, ...] = ()


class KeyGeneration(Section):
    allow_unlimited_budget: bool = False
    team_required: bool = True


class Display(Section):
    hide_team_budget_for_members: bool = False


class Gateway(Section):
    """LiteLLM: where it is, our credential for it, and the rules for accounts and keys."""

    base_url: Url
    public_base_url: Url | None = None
    master_key: Annotated[SecretStr, Field(min_length=1)]
    user_id_domain: str | None = None
    provisioning: Provisioning = Provisioning()
    key_generation: KeyGeneration = KeyGeneration()
    display: Display = Display()

    @property
    def url_for_people(self) -> str:
        """The address people use in their tools."""
        return self.public_base_url or self.base_url


class Upstream(Section):
    """How to treat LiteLLM on the wire. Times are in seconds."""

    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0
    max_connections: Annotated[int, Field(ge=1, le=500)] = 20
    activity_page_size: Annotated[int, Field(ge=1, le=1000)] = 1000
    allow_compromised_release: bool = False


class Database(Section):
    """SQLite for one machine (`sqlite:///keydesk.db`), PostgreSQL for several (`postgresql://...`)."""

    url: SecretStr = SecretStr("sqlite:///keydesk.db")
    pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0


class Server(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    allowed_hosts: tuple[str, ...] = ("*",)


class DirectoryPerson(Section):
    """One person of the static directory. `ref` is an entity reference such as `user:default/jane`."""

    ref: Annotated[str, AfterValidator(full_user_ref)]
    email: str | None = None
    display_name: str | None = None
    groups: tuple[GroupRef, ...] = ()


class Directory(Section):
    people: tuple[DirectoryPerson, ...] = ()


class Demo(Section):
    """The demo sign-in: anybody on this machine may become any person of the directory."""

    enabled: bool = False


class Settings(BaseSettings):
    """All of it. `grants` names, for permissions that not everybody has, the groups that do."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix="KEYDESK_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
    )

    litellm: Gateway
    secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    upstream: Upstream = Upstream()
    database: Database = Database()
    server: Server = Server()
    directory: Directory = Directory()
    grants: dict[str, tuple[GroupRef, ...]] = Field(default_factory=dict)
    demo: Demo = Demo()

    @model_validator(mode="after")
    def _demo_stays_on_this_machine(self) -> Self:
        if self.demo.enabled and self.server.host not in Loopback:
            raise ValueError(
                "server.host: expected a loopback address such as 127.0.0.1 while demo.enabled is true"
            )
        return self

    def derived_key(self, purpose: str) -> bytes:
        """32 bytes for one purpose only, from `secret`, or from the master key where no secret is set."""
        root = self.secret or self.litellm.master_key
        return hmac.digest(root.get_secret_value().encode(), f"keydesk/{purpose}".encode(), hashlib.sha256)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings fixes the signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over what the file (passed to the constructor) says."""
        return env_settings, init_settings
