"""An app-config with every key of the Backstage plugin is read unchanged."""

from pathlib import Path

import pytest

from keydesk.settings import Gateway, Settings
from keydesk.settings.loading import SettingsError, load_configuration
from keydesk.settings.names import leaves
from keydesk.settings.sources.file import read_settings_file
from keydesk.settings.sources.layers import layer_of
from tests.unit.settings.writing import LITELLM, MASTER_KEY, Folder

DATA = Path(__file__).parent / "data"
CATALOG_TOKEN = {"KEYDESK_DIRECTORY__BACKSTAGE__TOKEN": "catalog-token"}
ENVIRON = {"LITELLM_MASTER_KEY": MASTER_KEY, "KEYDESK_CATALOG_TOKEN": "catalog-token"}


@pytest.fixture(scope="module")
def portal() -> Settings:
    return load_configuration(DATA / "app-config.yaml", environ=ENVIRON).settings


def test_it_contains_every_setting_of_the_litellm_section() -> None:
    """So the tests below cover each of them."""
    configuration = load_configuration(DATA / "app-config.yaml", environ=ENVIRON)
    unsaid = [
        path for path, _ in leaves(Gateway) if layer_of(("litellm", *path), configuration.layers) is None
    ]
    assert unsaid == []


def test_the_gateway_is_read(portal: Settings) -> None:
    gateway = portal.litellm
    assert gateway.base_url == "http://litellm.ai-gateway:4000"
    assert gateway.url_for_people == "https://ai.example.com"
    assert gateway.master_key.get_secret_value() == MASTER_KEY
    assert gateway.user_id_domain == "example.com"
    assert gateway.audit.group == "group:default/litellm-admins"
    assert gateway.audit.key_admin_group == "group:default/litellm-key-admins"
    assert not gateway.playground


def test_allowances_are_read(portal: Settings) -> None:
    allowances = portal.litellm.key_allowances
    found = [*(allowances.combined(role) for role in (None, *allowances.roles)), allowances.service_keys]
    assert [(each.usd_per_day, each.usd_per_week, each.usd_per_month) for each in found] == [
        (5.0, 20.0, 50.0),
        (2.0, 20.0, 50.0),
        (20.0, 80.0, 200.0),
    ]
    assert [(each.rpm_limit, each.tpm_limit) for each in found] == [
        (600, 100_000),
        (60, 100_000),
        (1200, 400_000),
    ]


def test_lifetimes_are_read(portal: Settings) -> None:
    lifetimes = portal.litellm.key_lifetimes
    (role,) = lifetimes.roles
    found = [lifetimes.combined(*each) for each in ((), (lifetimes.team_keys,), (lifetimes.team_keys, role))]
    assert [(each.longest, each.default, each.rotate_every) for each in found] == [
        ("90d", "30d", "180d"),
        ("1y", "90d", "1y"),
        ("14d", "7d", "1y"),
    ]
    assert [(each.extend_expired, each.block_idle_after, each.grace) for each in found] == [
        (False, "60d", "7d"),
        (True, "30d", "14d"),
        (True, "30d", "14d"),
    ]


def test_account_defaults_are_read(portal: Settings) -> None:
    assert portal.litellm.provisioning.enabled
    defaults = portal.litellm.provisioning.defaults.model_dump()
    assert defaults == {
        "max_budget": 25.0,
        "budget_duration": "7d",
        "models": ("gpt-4o-mini",),
        "teams": ("everybody",),
        "user_role": "internal_user_viewer",
        "tpm_limit": 100_000,
        "rpm_limit": 60,
        "metadata": {"source": "backstage", "costCenter": "0012", "country": "no", "template": "${person}"},
    }


def test_roles_override_single_values(portal: Settings) -> None:
    power_users, contractors = portal.litellm.provisioning.roles
    assert power_users.model_dump() == {
        "group": "group:default/ai-power-users",
        "max_budget": 100.0,
        "budget_duration": "1mo",
        "models": ("gpt-4o", "claude-sonnet"),
        "teams": ("power",),
        "user_role": "internal_user",
        "tpm_limit": 500_000,
        "rpm_limit": 300,
        "metadata": {"tier": "power"},
    }
    assert contractors.model_dump() == {"group": "group:default/contractors", "max_budget": 5.0}


def test_rules_of_keys_and_teams_are_read(portal: Settings) -> None:
    assert portal.litellm.key_generation.model_dump() == {
        "allow_unlimited_budget": True,
        "shortest_budget_period": "7d",
        "largest_budget": 2000.0,
        "team_required": False,
        "max_keys_per_person": 20,
        "max_keys_per_team": 50,
        "longest_overlap": "3d",
        "service_keys": True,
        "reset_spend_group": "group:default/litellm-admins",
    }
    assert portal.litellm.team_admin.model_dump() == {
        "group": ("group:default/litellm-team-admins",),
        "allowed_models": ("gpt-4o-mini", "gpt-4o"),
        "allowed_model_access_groups": ("standard",),
        "max_budget_ceiling": 500.0,
        "allow_unlimited_budget": True,
        "shortest_budget_period": "1w",
        "largest_budget": 5000.0,
        "max_teams_per_group": 10,
        "allowed_vector_stores": ("handbook",),
        "allowed_mcp_servers": ("github",),
        "allowed_mcp_access_groups": ("tools",),
        "allow_team_delete": True,
        "object_permissions": {"enabled": True},
        "show_names_in_calls": True,
    }
    assert all(portal.litellm.display.model_dump().values())


def test_settings_of_command_line_clients_are_read(portal: Settings) -> None:
    assert portal.litellm.bridge.model_dump() == {
        "enabled": True,
        "issuer": "https://auth.example.com/realms/acme",
        "client_id": "acme-cli",
    }
    assert portal.litellm.opencode.model_dump() == {
        "enabled": True,
        "key_duration": "14d",
        "max_budget": 20.0,
        "require_team": True,
        "metadata": {"client": "opencode", "source": "portal"},
    }


def test_the_url_of_backstage_is_read(portal: Settings) -> None:
    identity, catalog = portal.identity.backstage, portal.directory.backstage
    assert identity is not None
    assert catalog is not None
    assert identity.base_url == catalog.base_url == "https://portal.example.com"
    assert identity.issuer == "https://portal.example.com/api/auth"
    assert catalog.token.get_secret_value() == "catalog-token"
    assert portal.permissions.backstage


def test_a_section_of_another_plugin_with_the_same_name_is_ignored(portal: Settings) -> None:
    assert portal.server.port == 8000


def test_the_production_file_overrides_it() -> None:
    files = [DATA / "app-config.yaml", DATA / "app-config.production.yaml"]
    settings = load_configuration(files, environ=ENVIRON).settings

    assert settings.litellm.public_base_url is None
    assert settings.litellm.provisioning.defaults.models == ("gpt-4o",)
    assert settings.litellm.provisioning.defaults.max_budget == 25.0
    assert settings.litellm.provisioning.defaults.metadata["source"] == "production"
    assert settings.litellm.provisioning.defaults.metadata["costCenter"] == "0012"
    assert settings.identity.backstage is not None
    assert settings.identity.backstage.issuer == "https://portal.acme.com/api/auth"


def test_other_sections_cause_no_warning(portal: Settings) -> None:
    del portal
    assert load_configuration(DATA / "app-config.yaml", environ=ENVIRON).warnings == []


def test_an_unset_variable_is_named_where_it_is_required() -> None:
    with pytest.raises(SettingsError) as refused:
        load_configuration(DATA / "app-config.yaml", environ={})
    place = f" ({DATA / 'app-config.yaml'}, line "
    required = "{0}: is required, but the variable {2} is not set; set it here or in {1}" + place
    assert refused.value.faults == [
        required.format("litellm.masterKey", "KEYDESK_LITELLM__MASTER_KEY", "LITELLM_MASTER_KEY") + "47)",
        required.format(
            "directory.backstage.token", "KEYDESK_DIRECTORY__BACKSTAGE__TOKEN", "KEYDESK_CATALOG_TOKEN"
        )
        + "22)",
    ]


def test_an_error_has_the_path_of_the_app_config(folder: Folder) -> None:
    file = folder.file(
        "app-config.yaml", {"backend": {"baseUrl": "portal"}, "permission": {"enabled": "perhaps"}}
    )
    with pytest.raises(SettingsError) as refused:
        load_configuration(file, {"litellm": LITELLM}, environ={})
    found = "found a string of length"
    assert (
        "backend.baseUrl: expected an HTTP or HTTPS URL such as https://gateway.example.com, "
        f"{found} 6 ({file}, line 1)"
    ) in refused.value.faults
    assert f"permission.enabled: expected true or false, {found} 7 ({file}, line 1)" in refused.value.faults


def test_provisioning_is_off_by_default(folder: Folder) -> None:
    """This is the plugin's default, which differs from that of Keydesk's own files."""
    backstage = {"app": {}, "litellm": LITELLM}
    demo = {"demo": {"enabled": True}}
    own = folder.settings({"litellm": LITELLM, **demo})
    theirs = load_configuration(folder.file("portal.yaml", backstage), demo, environ={}).settings
    assert own.litellm.provisioning.enabled
    assert not theirs.litellm.provisioning.enabled


def test_null_means_the_default_in_an_app_config(folder: Folder) -> None:
    roles = [{"group": "a", "maxBudget": None}]
    provisioning = {"defaults": {"maxBudget": None, "models": None}, "roles": roles}
    content = {"app": {}, "litellm": {**LITELLM, "provisioning": provisioning, "display": None}}
    found = load_configuration(folder.file("x.yaml", content), {"demo": {"enabled": True}}, environ={})
    assert found.settings.litellm.provisioning.defaults.max_budget == 10.0
    assert found.settings.litellm.provisioning.roles[0].model_dump() == {"group": "group:default/a"}


def test_backstages_own_variables_override_it() -> None:
    environ = {
        **ENVIRON,
        "APP_CONFIG_litellm_provisioning_defaults_maxBudget": "70",
        "APP_CONFIG_litellm_audit_group": "${NOT_FILLED_IN",
        "APP_CONFIG_backend_baseUrl": '"https://other.example.com"',
        "APP_CONFIG_app_title": "Portal",
        "KEYDESK_LITELLM__AUDIT__GROUP": "auditors",
    }
    settings = load_configuration(DATA / "app-config.yaml", environ=environ).settings
    assert settings.litellm.provisioning.defaults.max_budget == 70.0
    assert settings.litellm.audit.group == "group:default/auditors"
    assert settings.identity.backstage is not None
    assert settings.identity.backstage.base_url == "https://other.example.com"


def test_backstages_own_variables_do_not_apply_to_keydesks_own_file(folder: Folder) -> None:
    content = {"litellm": LITELLM, "demo": {"enabled": True}}
    settings = folder.settings(content, environ={"APP_CONFIG_litellm_userIdDomain": "example.com"})
    assert settings.litellm.user_id_domain is None


def test_keydesks_own_file_overrides_it(folder: Folder) -> None:
    own = folder.file(
        "keydesk.yaml", {"server": {"port": 9000}, "litellm": {"display": None, "userIdDomain": None}}
    )
    settings = load_configuration([DATA / "app-config.yaml", own], environ=ENVIRON).settings
    assert settings.server.port == 9000
    assert settings.litellm.user_id_domain is None
    assert not settings.litellm.display.hide_team_budget_for_members


@pytest.mark.parametrize(
    ("name", "sections", "is_theirs"),
    [
        ("portal.yaml", ["app", "litellm"], True),
        ("portal.yaml", ["backend"], True),
        ("portal.yaml", ["catalog", "litellm"], True),
        ("portal.yaml", ["permission"], True),
        ("app-config.local.yaml", ["litellm"], True),
        ("portal.yaml", ["litellm"], False),
        ("keydesk.yaml", ["litellm", "sever"], False),
        ("keydesk.yaml", ["litellm", "server", "permission"], False),
        ("keydesk.yaml", [], False),
    ],
)
def test_an_app_config_is_detected_by_its_sections_or_name(
    folder: Folder, name: str, sections: list[str], is_theirs: bool
) -> None:
    file = folder.file(name, {section: {} for section in sections})
    assert read_settings_file(file, {}).is_backstage is is_theirs


@pytest.mark.parametrize(
    ("page", "origins"),
    [
        ("https://backstage.example.com/portal", ("https://backstage.example.com",)),
        ("http://localhost:3000", ("http://localhost:3000",)),
        ("nonsense", ()),
        ("http://[::1", ()),
    ],
)
def test_backstages_pages_are_an_allowed_origin(folder: Folder, page: str, origins: tuple[str, ...]) -> None:
    content = {
        "app": {"baseUrl": page},
        "backend": {"baseUrl": "https://backend.example.com"},
        "litellm": LITELLM,
    }
    file = folder.file("app-config.yaml", content)
    settings = load_configuration(file, environ=ENVIRON | CATALOG_TOKEN).settings
    assert settings.server.allowed_origins == origins


def test_origins_have_no_path(folder: Folder) -> None:
    told = folder.problems({"litellm": LITELLM, "server": {"allowedOrigins": ["https://x.example/y", "x"]}})
    assert any("server.allowedOrigins[0]: expected an origin such as" in line for line in told), told
