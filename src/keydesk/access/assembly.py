"""Makes the permission service that a configuration asks for."""

from contextlib import AsyncExitStack

from keydesk.access.backstage import BackstagePermissions
from keydesk.access.by_credential import ByCredential
from keydesk.access.permissions import GrantedByGroup, Permission, Permissions
from keydesk.clock import Clock
from keydesk.directory.entry import Directory
from keydesk.outbound import Outbound
from keydesk.settings import Settings


def assemble_permissions(
    settings: Settings, directory: Directory, outbound: Outbound, clock: Clock, closing: AsyncExitStack
) -> Permissions:
    """Backstage's decisions where the settings say so, else those of `grants`.

    Without Backstage, naming the audit group grants it its permission, unless `grants` says otherwise.
    """
    if settings.permissions.backstage and settings.identity.backstage is not None:
        backstage = BackstagePermissions(outbound, settings.identity.backstage.base_url, clock)
        closing.push_async_callback(backstage.aclose)
        return ByCredential(backstage, GrantedByGroup(settings.grants, directory, everybody=frozenset()))
    group = settings.litellm.audit.group
    audit: dict[str, tuple[str, ...]] = {Permission.AUDIT_READ: (group,)} if group else {}
    return GrantedByGroup(audit | settings.grants, directory)
