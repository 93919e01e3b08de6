"""The page of a key that a job got: admins of the team can stop the key, and find no other button."""

import pytest

from keydesk.api.services import Services
from keydesk.keys.models import KeyRequest
from keydesk.keys.workload import Workload
from tests.api.pages.conftest import Office
from tests.support.desk.portal import PortalVisitor
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
SUBJECT = "repo:acme/shop:ref:refs/heads/main"


async def test_the_page_offers_only_to_stop_the_key(office: Office, olga: PortalVisitor) -> None:
    team_id = await office.team_of(olga)
    services: Services = office.desk.app.state.services
    request = KeyRequest(alias=unique("ci-shop"), team_id=team_id, max_budget=2.0, duration="1h")
    workload = Workload("shop-main", "https://ci.example.com", SUBJECT)
    key = await services.keys.issuer.issue_for_workload(workload, request)
    keys = f"/teams/{team_id}/service-keys"
    here = f"{keys}/{key.token}"
    listed, page = (await olga.get(keys)).text, (await olga.get(here)).text
    assert "of a job" in listed
    assert "No contact" not in listed
    assert "A job got this key with the rule <strong>shop-main</strong>." in page
    assert "Created by workload:shop-main" in page
    assert "No contact of this key is in the directory" not in page
    for action in ("edit", "extend", "rotate", "contacts"):
        assert f'href="{here}/{action}"' not in page, action
    assert f'href="{here}/delete"' in page
    assert f'action="{here}/block"' in page
    refused = await olga.post(f"{here}/contacts", at=f"{here}/delete", contacts=office.scene.user_id("jane"))
    assert "so you can only block or delete it" in refused.text
    assert (await olga.post(f"{here}/delete", at=f"{here}/delete")).headers["location"] == keys
