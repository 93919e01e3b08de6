"""The list of accounts: its columns and filters, and one page of it from the database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request

from keydesk.accounts.names import PersonName
from keydesk.accounts.search_store import AccountEntry, AccountFilter, AccountState
from keydesk.api.dependencies import services_of
from keydesk.kit.problems import InvalidRequest
from keydesk.web.error_view import sentence
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.lists.listing import Column, Filter, Listing
from keydesk.web.lists.people import people_matching
from keydesk.web.lists.state import ListState, state_of
from keydesk.web.lists.view import read_page

_STATES = {
    AccountState.ACTIVE: N_("active"),
    AccountState.LEFT: N_("left the directory"),
    AccountState.SUSPENDED: N_("keys blocked"),
}
_TONES = {AccountState.ACTIVE: "good", AccountState.LEFT: "fair", AccountState.SUSPENDED: "bad"}


@dataclass(frozen=True, slots=True)
class AccountRow:
    account: AccountEntry
    person: PersonName

    @property
    def status(self) -> tuple[str, str]:
        """Return the label of the status and its tone."""
        state = self.account.state
        return _(_STATES[state]), _TONES[state]


def _state_words() -> Mapping[str, str]:
    return {state: _(word) for state, word in _STATES.items()}


ACCOUNTS: Listing[AccountRow] = Listing(
    name="account",
    columns=(
        Column("name", N_("Account"), fixed=True),
        Column("email", N_("Email")),
        Column("user_id", N_("User ID"), lambda row: row.account.user_id),
        Column("state", N_("Status")),
        Column("created_at", N_("Created"), lambda row: row.account.created_at, falls_first=True),
        Column(
            "left_at",
            N_("Left the directory"),
            lambda row: row.account.left_at,
            falls_first=True,
            usual=False,
        ),
    ),
    sort="user_id",
    filters=(Filter("state", N_("Status"), lambda _rows: _state_words()),),
    searched=lambda row: f"{row.person.name} {row.person.email or ''} {row.account.user_id}",
)


async def accounts_content(request: Request) -> dict[str, Any]:
    """Return the content of the page. A search that finds too many people is reported above the list."""
    search = services_of(request).account_search
    state = state_of(ACCOUNTS, "/admin/accounts", request.query_params)
    total = await search.count(AccountFilter())
    try:
        wanted = await _filter_of(request, state)
    except InvalidRequest as refused:
        return {
            "accounts": read_page([], state, 0, total),
            "problem": refused,
            "problem_text": sentence(refused),
        }
    matching = await search.count(wanted)
    state = state.within(matching)
    entries = await search.page(wanted, state.sort, state.skipped, state.size)
    people = await services_of(request).people_names.of_accounts(each.user_id for each in entries)
    rows = [AccountRow(each, people[each.user_id]) for each in entries]
    return {"accounts": read_page(rows, state, matching, total), "problem": None, "problem_text": ""}


async def _filter_of(request: Request, state: ListState) -> AccountFilter:
    """Return the filter of the list. Raises InvalidRequest if too many people match the search."""
    refs = await people_matching(request, state.q, "q") if state.q else []
    wanted = AccountFilter(state.q, tuple(refs))
    chosen = state.filters.get("state")
    return replace(wanted, state=AccountState(chosen)) if chosen in _STATES else wanted
