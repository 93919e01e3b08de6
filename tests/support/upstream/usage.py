"""Creates a day of usage that is too long for one page, and reads activity page by page."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Answer, Gateway
from tests.support.upstream.making import Maker, Person, Team, VirtualKey
from tests.support.upstream.reading import today

CHAT_MODELS = ("gpt-4o-mini", "gpt-4o", "claude-sonnet", "premium-xl")
TEAM_KEYS = 13
COUNTED = (
    "spend",
    "total_tokens",
    "prompt_tokens",
    "completion_tokens",
    "api_requests",
    "successful_requests",
)


@dataclass(frozen=True)
class Usage:
    """52 calls with 13 keys of a team, and one with `own_key`, all by one person on `day`.

    A row of activity is date x user x key x model x endpoint, so every call is its own row. `by_team` and `by_person`
    are the sums of `COUNTED` in the completions themselves.
    """

    day: str
    person: Person
    team: Team
    team_keys: list[VirtualKey]
    own_key: VirtualKey
    by_team: dict[str, float]
    by_person: dict[str, float]

    @property
    def query(self) -> dict[str, str]:
        return {"start_date": self.day, "end_date": self.day}

    @property
    def of_person(self) -> dict[str, str]:
        return self.query | {"user_id": self.person.user_id}

    @property
    def of_team(self) -> dict[str, str]:
        return self.query | {"team_ids": self.team.team_id}


async def make_usage(gateway: Gateway, maker: Maker) -> Usage:
    """Spend, and wait until the gateway shows all of it."""
    day = today()
    person = await maker.person()
    team = await maker.team(person)
    team_keys = [await maker.key(person, team) for _ in range(TEAM_KEYS)]
    own_key = await maker.key(person)
    by_team = _sum([await gateway.chat(key.secret, model) for key in team_keys for model in CHAT_MODELS])
    own = _sum([await gateway.chat(own_key.secret)])
    by_person = {name: by_team[name] + own[name] for name in COUNTED}
    usage = Usage(day, person, team, team_keys, own_key, by_team, by_person)
    await _shown(gateway, "/user/daily/activity", usage.of_person, by_person["api_requests"])
    await _shown(gateway, "/team/daily/activity", usage.of_team, by_team["api_requests"])
    return usage


async def activity(gateway: Gateway, path: str, **query: Any) -> Answer:
    answer = await gateway.get(path, **query)
    assert answer.status == 200, answer
    return answer


def totals(answer: Answer) -> dict[str, float]:
    """Return the totals of a response, under the names of `COUNTED`."""
    metadata = answer.body["metadata"]
    return {name: metadata[f"total_{name.removeprefix('total_')}"] for name in COUNTED}


async def all_pages(gateway: Gateway, path: str, **query: Any) -> dict[str, float]:
    """Return the sum of the totals of every page."""
    added: Counter[str] = Counter()
    page, pages = 1, 1
    while page <= pages:
        answer = await activity(gateway, path, page=page, **query)
        for name, value in totals(answer).items():
            added[name] += value  # type: ignore[assignment] # Counter adds floats as well as it adds integers
        page, pages = page + 1, answer.body["metadata"]["total_pages"]
    return dict(added)


def _sum(answers: list[Answer]) -> dict[str, float]:
    assert {answer.status for answer in answers} == {200}
    used = [answer.body["usage"] for answer in answers]
    tokens = {name: sum(usage[name] for usage in used) for name in COUNTED if name.endswith("_tokens")}
    spend = sum(float(answer.headers["x-litellm-response-cost"]) for answer in answers)
    return tokens | {"spend": spend, "api_requests": len(answers), "successful_requests": len(answers)}


async def _shown(gateway: Gateway, path: str, query: dict[str, str], calls: float) -> None:
    async def requests() -> float:
        answer = await activity(gateway, path, page_size=1000, **query)
        return totals(answer)["api_requests"]

    await eventually(requests, lambda seen: seen >= calls)
