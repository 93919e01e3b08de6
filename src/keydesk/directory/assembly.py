"""Makes the directory that a configuration asks for. Opens nothing: the catalog is asked when first needed."""

from contextlib import AsyncExitStack

from keydesk.directory.backstage import BackstageDirectory
from keydesk.directory.cached_catalog import CachedCatalog
from keydesk.directory.catalog import Catalog
from keydesk.directory.chain import Chain
from keydesk.directory.claims import ClaimsDirectory
from keydesk.directory.entry import Directory
from keydesk.directory.people_file import PeopleFile, read_people_file
from keydesk.directory.static import StaticDirectory
from keydesk.kit.clock import Clock
from keydesk.kit.http_client import Outbound
from keydesk.settings import Directory as DirectorySettings


def written_directory(settings: DirectorySettings) -> StaticDirectory:
    """The people of the configuration and of its file. Raises PeopleFileError."""
    file = read_people_file(settings.people_file) if settings.people_file else PeopleFile()
    return StaticDirectory([*settings.people, *file.people], file.parents)


def assemble_directory(
    settings: DirectorySettings,
    written: StaticDirectory,
    outbound: Outbound,
    clock: Clock,
    closing: AsyncExitStack,
) -> Directory:
    """People written down first, then Backstage's catalog or else what tokens say.

    Tokens never stand behind a catalog: they would bring back who has left it.
    """
    if settings.backstage is not None:
        catalog = Catalog(outbound, settings.backstage.base_url, settings.backstage.token)
        backstage = BackstageDirectory(CachedCatalog(catalog, clock))
        closing.push_async_callback(backstage.aclose)
        return Chain(written, backstage)
    return Chain(written, ClaimsDirectory()) if settings.claims else written
