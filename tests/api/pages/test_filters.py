"""A filter that cannot be applied says which field is wrong and keeps its values."""

import pytest

from tests.support.desk.portal import PortalVisitor

pytestmark = pytest.mark.anyio
INVERTED = "The start date must not be after the end date."


@pytest.mark.parametrize("path", ["/usage", "/audit"])
@pytest.mark.parametrize(
    ("dates", "field", "told"),
    [
        (("2026-03-02", "2026-03-01"), "start", INVERTED),
        (("2024-01-01", "2026-01-01"), "start", "Choose at most 366 days."),
        (("soon", "2026-01-01"), "start", "Enter a date such as 2026-01-31."),
        (("2026-01-01", "2026-02-30"), "end", "Enter a date such as 2026-01-31."),
    ],
    ids=["inverted", "too long", "no date", "no such day"],
)
async def test_a_wrong_period_is_explained_at_its_field_and_kept(
    olga: PortalVisitor, path: str, dates: tuple[str, str], field: str, told: str
) -> None:
    start, end = dates
    answer = await olga.get(path, params={"start_date": start, "end_date": end})
    assert answer.status_code == 422
    assert f'<span class="fault" id="fault-{field}_date">{told}</span>' in answer.text
    (marked,) = [line for line in answer.text.splitlines() if 'aria-invalid="true"' in line]
    assert f'id="{field}' in marked
    assert f'aria-describedby="fault-{field}_date" autofocus' in marked
    assert f'name="start_date" value="{start}"' in answer.text
    assert f'name="end_date" value="{end}"' in answer.text
    assert "Correct the marked fields." in answer.text


async def test_a_wrong_period_is_explained_in_german(olga: PortalVisitor) -> None:
    dates = {"start_date": "2026-03-02", "end_date": "2026-03-01"}
    answer = await olga.get("/usage", params=dates, headers={"Accept-Language": "de"})
    assert "Das Startdatum darf nicht nach dem Enddatum liegen." in answer.text
    assert INVERTED not in answer.text


async def test_a_wrong_period_has_no_download(olga: PortalVisitor) -> None:
    dates = {"start_date": "2026-03-02", "end_date": "2026-03-01"}
    assert (await olga.get("/usage.csv", params=dates)).status_code == 422


async def test_an_unknown_name_is_explained_at_its_field(olga: PortalVisitor) -> None:
    answer = await olga.get("/admin/provisioning", params={"user": "a b c"})
    assert answer.status_code in {404, 422}
    (marked,) = [line for line in answer.text.splitlines() if 'aria-invalid="true"' in line]
    assert 'id="user"' in marked
    assert 'value="a b c"' in marked
