"""Which settings a person's account should have, by the configured roles. Pure."""

from collections.abc import Collection

from keydesk.settings import AccountDefaults, Provisioning, ProvisioningRole


def effective_settings(provisioning: Provisioning, groups: Collection[str]) -> AccountDefaults:
    """The defaults, overridden member by member by the first role whose group the person is in.

    Metadata is merged, the role's winning; every other member that a role names replaces the default.
    """
    role = role_for(provisioning, groups)
    if role is None:
        return provisioning.defaults
    said = {name: getattr(role, name) for name in role.model_fields_set - {"group"}}
    merged = {"metadata": {**provisioning.defaults.metadata, **role.metadata}}
    return provisioning.defaults.model_copy(update=said | merged)


def role_for(provisioning: Provisioning, groups: Collection[str]) -> ProvisioningRole | None:
    """The first role whose group is among `groups`."""
    return next((role for role in provisioning.roles if role.group in groups), None)
