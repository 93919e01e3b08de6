"""The list of all keys: its columns and filters, and the content of one page from the index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from keydesk.accounts.names import PersonName
from keydesk.api.services import Services
from keydesk.key_index.models import AllKeysPage, KeyFilter, Sort
from keydesk.key_index.rows import searched_text
from keydesk.keys.models import KeyView
from keydesk.keys.owners import owner_of, team_of
from keydesk.service_keys.models import ServiceKeyView
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.lists.listing import Column, Filter, Listing
from keydesk.web.lists.state import ListState
from keydesk.web.lists.view import Choice, ListView, choice_of
from keydesk.web.status import KeyStatus, key_status

_STATES = {
    "active": N_("active"),
    "over-budget": N_("over budget"),
    "blocked": N_("blocked"),
    "expired": N_("expired"),
}
_KINDS = {"true": N_("Can manage the gateway"), "false": N_("Model calls only")}
_EXPIRIES = {
    "7": N_("Within 7 days"),
    "30": N_("Within 30 days"),
    "never": N_("Never"),
}
_IDLE = {"30": N_("Not for 30 days"), "90": N_("Not for 90 days"), "365": N_("Not for a year")}
_BUDGETS = {"none": N_("No budget")}
_CONTACTS = {"none": N_("No contact")}
_SORTS: Mapping[str, Any] = {
    "name": "key_alias",
    "owner": "user_id",
    "team": "team_id",
    "spent": "spend",
    "used": "last_active_at",
    "expires": "expires_at",
    "created": "created_at",
}
_MOST_TEAMS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A key with its owner and team. `owner` is None for a key that no person owns.

    `service_key` is the key with its contacts if a team owns it, and `people` has their names.
    """

    key: KeyView
    state: KeyStatus
    owner: PersonName | None
    team: str | None
    service_key: ServiceKeyView | None
    people: Mapping[str, PersonName]

    @property
    def name(self) -> str:
        return self.key.key_alias or _("Unnamed key")

    @property
    def address(self) -> str | None:
        """Return the page of the key. Keys without an owner have none."""
        owner = owner_of(self.key)
        return f"/keys/{self.key.token}?owner={quote(owner, safe='')}" if owner else None


def _labels(words: Mapping[str, str]) -> Any:
    return lambda _rows: {value: _(label) for value, label in words.items()}


def _sorted_in_database(_row: Row) -> int:
    return 0


def _column(name: str, label: str, **options: Any) -> Column[Row]:
    return Column(name, label, _sorted_in_database if name in _SORTS else None, **options)


ALL_KEYS: Listing[Row] = Listing(
    name="all-keys",
    columns=(
        _column("name", N_("Name"), fixed=True),
        _column("owner", N_("Owner")),
        _column("team", N_("Team")),
        _column("models", N_("Models"), usual=False),
        _column("spent", N_("Spend"), falls_first=True),
        _column("used", N_("Last used")),
        _column("expires", N_("Expires")),
        _column("created", N_("Created"), falls_first=True),
        _column("state", N_("Status")),
    ),
    sort="-created",
    filters=(
        Filter("state", N_("Status"), _labels(_STATES)),
        Filter("kind", N_("Kind"), _labels(_KINDS)),
        Filter("team", N_("Team")),
        Filter("expires", N_("Expires"), _labels(_EXPIRIES)),
        Filter("idle", N_("Used"), _labels(_IDLE)),
        Filter("budget", N_("Budget"), _labels(_BUDGETS)),
        Filter("contact", N_("Contacts"), _labels(_CONTACTS)),
    ),
    searched=lambda row: searched_text(row.key.key_alias, row.key.user_id, row.key.key, row.key.token),
)


def filter_of(state: ListState, now: datetime) -> KeyFilter:
    """Return the filter of the index. Values that are no option match every key."""
    chosen = state.filters
    kind, expires, idle = chosen.get("kind", ""), chosen.get("expires", ""), chosen.get("idle", "")
    return KeyFilter(
        text=state.q,
        team_id=chosen.get("team"),
        state=chosen["state"] if chosen.get("state") in _STATES else None,  # type: ignore[arg-type]
        can_manage_gateway=kind == "true" if kind in _KINDS else None,
        expires_before=now + timedelta(days=int(expires))
        if expires in _EXPIRIES and expires != "never"
        else None,
        never_expires=expires == "never",
        idle_since=now - timedelta(days=int(idle)) if idle in _IDLE else None,
        no_budget=chosen.get("budget") in _BUDGETS,
        no_contact=chosen.get("contact") in _CONTACTS,
    )


async def view_of(services: Services, state: ListState) -> tuple[ListView[Row], datetime]:
    """Return the list, and as of when it is. A page after the last one is the last one. Raises NotReady."""
    found = await _page(services, state)
    if state.page > found.total_pages > 0:
        state = replace(state, page=found.total_pages)
        found = await _page(services, state)
    total = await services.all_keys.index.search.count(KeyFilter()) if state.is_filtered else found.total
    view = ListView(
        state=state,
        rows=await _rows(services, found.keys),
        matching=found.total,
        total=total,
        choices=await _choices(services, state),
    )
    return view, found.as_of


async def _page(services: Services, state: ListState) -> AllKeysPage:
    sort = Sort(_SORTS[state.column], state.falling)
    return await services.all_keys.index.page(
        filter_of(state, services.clock()), sort, state.page, state.size
    )


async def _rows(services: Services, keys: Sequence[KeyView]) -> list[Row]:
    owners = await services.people_names.of_accounts({key.user_id for key in keys if key.user_id})
    teams = await services.team_names.of({key.team_id for key in keys if key.team_id})
    of_teams = [key for key in keys if team_of(owner_of(key)) is not None]
    service_keys = {key.token: key for key in await services.service_keys.described(of_teams)}
    contacts = {each.ref for key in service_keys.values() for each in key.contacts}
    people = await services.people_names.of_refs(contacts)
    now = services.clock()
    return [
        Row(
            key=key,
            state=key_status(key, now),
            owner=owners.get(key.user_id or ""),
            team=teams.get(key.team_id or ""),
            service_key=service_keys.get(key.token),
            people=people,
        )
        for key in keys
    ]


async def _choices(services: Services, state: ListState) -> list[Choice]:
    teams = await services.all_keys.index.search.teams(_MOST_TEAMS)
    chosen = state.filters.get("team")
    names = await services.team_names.of({*teams, *([chosen] if chosen else [])})
    by_name = dict(sorted(names.items(), key=lambda each: each[1].casefold()))
    return [
        choice_of(each, by_name if each.name == "team" else each.options(()), state)
        for each in ALL_KEYS.filters
    ]
