"""The demo sign-in accepts only tokens of this installation, for twelve hours, and only in demo mode."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from keydesk.auth.session_cookie import SESSION
from keydesk.kit.clock import utc_now
from keydesk.settings import Settings
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, OpenDesk, SignIn, open_desk
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor, portal_client
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio


def forged(key: bytes, header: dict[str, str], **claims: Any) -> str:
    now = int(utc_now().timestamp())
    standard = {"sub": "user:default/jane", "aud": "keydesk-demo", "iat": now, "exp": now + 600}
    signed: str = jwt.encode(header, standard | claims, OctKey.import_key(key), algorithms=[header["alg"]])
    return signed


GENUINE = {"alg": "HS256", "typ": "keydesk-demo+jwt"}


async def test_only_demo_tokens_of_this_installation_are_valid(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    key = desk.settings.derived_key("demo-sign-in")
    who = {"sub": f"user:default/{jane.user_id}"}
    assert (await desk.stranger(forged(key, GENUINE, **who)).get("/config")).status_code == 200
    for token in (
        forged(b"another key of thirty-two bytes.", GENUINE, **who),
        forged(desk.settings.derived_key("key-ids"), GENUINE, **who),
        forged(key, GENUINE | {"typ": "JWT"}, **who),
        forged(key, {"alg": "HS256"}, **who),
        forged(key, GENUINE | {"alg": "HS512"}, **who),
        forged(key, GENUINE, aud="backstage", **who),
        forged(key, GENUINE, exp=1, **who),
    ):
        assert_problem(await desk.stranger(token).get("/config"), 401, "not-signed-in")


async def test_a_sign_in_ends_after_twelve_hours(
    surroundings: Surroundings, scene: Scene, sign_in: SignIn
) -> None:
    jane = await sign_in("jane")
    settings = surroundings.settings(directory={"people": scene.directory()})

    def later(hours: float) -> datetime:
        return utc_now() + timedelta(hours=hours)

    async with open_desk(settings, clock=lambda: later(11.9)) as desk:
        assert (await desk.welcome(jane).get("/config")).status_code == 200
    async with open_desk(settings, clock=lambda: later(12.1)) as desk:
        assert_problem(await desk.welcome(jane).get("/config"), 401, "not-signed-in")


async def test_demo_tokens_and_routes_do_not_exist_without_demo_mode(
    sign_in: SignIn, desk_with: OpenDesk
) -> None:
    jane = await sign_in("jane")
    backstage = {"backstage": {"base_url": "http://127.0.0.1:1", "issuer": "http://127.0.0.1:1/api/auth"}}
    async with desk_with(demo={"enabled": False}, identity=backstage) as serious:
        assert_problem(await serious.welcome(jane).get("/config"), 401, "not-signed-in")
        for path in ("/demo/people", "/demo/sign-in"):
            assert (await serious.stranger().get(path)).status_code in {401, 404}
        assert "sample people" not in (await serious.http.get("/sign-in")).text
        async with portal_client(serious.app) as http:
            refused = await PortalVisitor(http).post("/sign-in", person=jane.user_id)
            assert refused.status_code == 404
            assert SESSION not in http.cookies


async def test_the_sample_people_are_listed_by_name(desk: Desk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    people = {person["person"]: person for person in await desk.stranger().read("/demo/people")}
    assert people[jane.user_id]["email"] == jane.person.email


async def test_an_unknown_person_cannot_sign_in(desk: Desk, control: SandboxControl) -> None:
    control.forget()
    for name in ("nobody", "user:default/jane", "../jane", "other/jane", "\u00fc", "%00"):
        answer = await desk.stranger().post("/demo/sign-in", person=name)
        assert_problem(answer, 404, "not-found", param="person")
    assert control.calls() == []


async def test_a_demo_listens_on_this_machine_only(surroundings: Surroundings) -> None:
    nobody: dict[str, Any] = {"people": []}
    with pytest.raises(Exception, match=r"server\.host"):
        surroundings.settings(server={"host": "0.0.0.0"}, directory=nobody)  # noqa: S104 - what must be refused
    assert isinstance(surroundings.settings(server={"host": "::1"}, directory=nobody), Settings)
