"""Which vector stores and MCP servers teams may be given, and which of them a list of names means. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keydesk.kit.problems import InvalidRequest, PolicyRefused
from keydesk.kit.quoting import quoted, some_of
from keydesk.litellm import McpServer, VectorStore
from keydesk.settings import TeamAdmin
from keydesk.teams.models import AssignableView


@dataclass(frozen=True, slots=True)
class Assignable:
    """A vector store or MCP server on the allow-list. `names` are all it goes by besides its id."""

    id: str
    names: frozenset[str]
    view: AssignableView


def allowed_vector_stores(stores: Iterable[VectorStore], rules: TeamAdmin) -> list[Assignable]:
    """Those listed by id or name."""
    allowed = set(rules.allowed_vector_stores)
    named = [(store, _names(store.name)) for store in stores]
    return [
        Assignable(
            store.vector_store_id,
            names,
            AssignableView(id=store.vector_store_id, name=store.name or store.vector_store_id),
        )
        for store, names in named
        if allowed & {store.vector_store_id, *names}
    ]


def allowed_mcp_servers(servers: Iterable[McpServer], rules: TeamAdmin) -> list[Assignable]:
    """Those listed by id or name, and those of a listed access group."""
    allowed = set(rules.allowed_mcp_servers)
    groups = set(rules.allowed_mcp_access_groups)
    named = [(server, _names(server.alias, server.server_name)) for server in servers]
    return [
        Assignable(
            server.server_id, names, AssignableView(id=server.server_id, name=server.name, url=server.url)
        )
        for server, names in named
        if allowed & {server.server_id, *names} or groups.intersection(server.access_groups)
    ]


def ids_of(requested: Sequence[str], allowed: Sequence[Assignable], param: str) -> tuple[str, ...]:
    """The ids that the requested ids and names mean, each once.

    Raises PolicyRefused for anything that is not allowed, whether it exists or not, InvalidRequest for a name
    that several have.
    """
    found: dict[str, None] = {}
    for name in requested:
        meant = [each.id for each in allowed if each.id == name] or [
            each.id for each in allowed if name in each.names
        ]
        if not meant:
            hint = f"Teams can use {some_of([each.view.name for each in allowed])}."
            raise PolicyRefused(f"{quoted(name)} is not available to teams.", hint=hint, param=param)
        if len(meant) > 1:
            text = f"{param}: the name {quoted(name)} is ambiguous"
            raise InvalidRequest(text, hint=f"Use one of these ids instead: {some_of(meant)}.", param=param)
        found[meant[0]] = None
    return tuple(found)


def _names(*names: str | None) -> frozenset[str]:
    return frozenset(name for name in names if name)
