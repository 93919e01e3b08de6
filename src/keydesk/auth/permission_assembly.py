"""Builds the permission service from the settings."""

from contextlib import AsyncExitStack

from keydesk.auth.backstage_permissions import BackstagePermissions, is_user_token
from keydesk.auth.permissions import GrantedByGroup, Permissions
from keydesk.directory.entry import Directory
from keydesk.kit.clock import Clock
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import VerifiedCaller
from keydesk.kit.permission import Permission
from keydesk.settings import Settings


class ByCredential:
    """Uses Backstage's decisions for Backstage user tokens and `others` for every other credential.

    `others` must grant permissions to named groups only. With permissions for everybody, a caller could bypass a
    DENY of Backstage by using another credential, such as the CLI bridge's or a proxy's.
    """

    def __init__(self, backstage: BackstagePermissions, others: Permissions) -> None:
        self._backstage = backstage
        self._others = others

    async def allows(self, caller: VerifiedCaller, permission: Permission) -> bool:
        decider = self._backstage if is_user_token(caller.token) else self._others
        return await decider.allows(caller, permission)


def assemble_permissions(
    settings: Settings, directory: Directory, http_client: HttpClient, clock: Clock, closing: AsyncExitStack
) -> Permissions:
    """Return Backstage's permissions if configured, else those of `grants`.

    Without Backstage, the configured audit group has the audit permission, and the group of key admins theirs, unless
    `grants` overrides it.
    """
    if settings.permissions.backstage and settings.identity.backstage is not None:
        backstage = BackstagePermissions(http_client, settings.identity.backstage.base_url, clock)
        closing.push_async_callback(backstage.aclose)
        return ByCredential(backstage, GrantedByGroup(settings.grants, directory, everybody=frozenset()))
    audit = settings.litellm.audit
    groups = {Permission.AUDIT_READ: audit.group, Permission.KEY_ADMIN: audit.key_admin_group}
    usual: dict[str, tuple[str, ...]] = {name: (group,) for name, group in groups.items() if group}
    return GrantedByGroup(usual | settings.grants, directory)
