"""/notifications: each person chooses channels and kinds of notices, sees the last deliveries, and sends a test."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from keydesk.api.dependencies import Caller, services_of
from keydesk.api.route_rules import for_people
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable, NotFound, TooManyRequests
from keydesk.notices.messages import Failure
from keydesk.web.alerts.form import AlertsForm, form_of
from keydesk.web.flash_message import FlashMessage
from keydesk.web.language import LANGUAGES, N_, locale_of
from keydesk.web.language import gettext as _
from keydesk.web.notices.choices import CHANNEL_LABELS, chosen, chosen_zone_in, rows_of
from keydesk.web.notices.pages import name_of, page_of
from keydesk.web.notices.words import KIND_LABELS
from keydesk.web.page_route import PageRoute
from keydesk.web.rendering import go_to, page
from keydesk.web.time_zone import chosen_zone, remember_zone, zone_names

router = APIRouter(include_in_schema=False, route_class=PageRoute)
PATH = "/notifications"
_SHOWN = 20
STATES = {
    "waiting": (N_("waiting"), "fair"),
    "sending": (N_("sending"), "fair"),
    "delivered": (N_("sent"), "good"),
    "failed": (N_("failed"), "bad"),
    "skipped": (N_("no address"), "over"),
}


@router.get(PATH, **for_people())
async def notifications_page(request: Request, caller: Caller) -> Response:
    content = await _content(request, caller)
    answer = await page(request, "notices/choices.html", **content)
    if content["chosen_time_zone"] != chosen_zone(request):
        # The person chose it in another browser.
        remember_zone(answer, content["chosen_time_zone"])
    return answer


@router.post(PATH, **for_people())
async def choose(request: Request, caller: Caller) -> Response:
    notices = services_of(request).notices
    channels, before = await notices.personal(), await notices.choices_of(caller.ref)
    email = await _email(request, caller)
    await notices.choose(caller.ref, chosen(await request.form(), channels, before, email))
    return go_to(request, PATH, FlashMessage(_("Your choices are saved.")))


@router.post(f"{PATH}/time-zone", **for_people())
async def choose_time_zone(request: Request, caller: Caller) -> Response:
    """Store the time zone for messages, and in a cookie for the pages in this browser."""
    notices, name = services_of(request).notices, chosen_zone_in(await request.form())
    before = await notices.choices_of(caller.ref)
    language = before.language or notices.settings.language
    await notices.choose(caller.ref, replace(before, language=language, time_zone=name))
    answer = go_to(request, PATH, FlashMessage(_("Your choices are saved.")))
    remember_zone(answer, name)
    return answer


@router.post(f"{PATH}/test", **for_people())
async def send_test(
    request: Request, caller: Caller, channel: Annotated[str, Form(max_length=20)]
) -> Response:
    """Send a test to the caller on one of their channels, a few times a minute."""
    notices = services_of(request).notices
    if channel not in await notices.personal():
        raise NotFound(message("This channel does not exist."), hint=message("Reload the page."))
    if wait := notices.tests.take(caller.ref):
        raise TooManyRequests(wait)
    failure = await notices.test(channel, caller.ref, locale_of(request).language)
    return go_to(request, PATH, FlashMessage(_result(_(CHANNEL_LABELS[channel]), failure)))


async def _content(request: Request, person: Person) -> dict[str, Any]:
    notices = services_of(request).notices
    channels, choices = await notices.personal(), await notices.choices_of(person.ref)
    return {
        "channels": [(name, _(CHANNEL_LABELS[name])) for name in channels],
        "rows": rows_of(channels, choices, notices.settings.always),
        "email": await _email(request, person) if "mail" in channels else None,
        "chosen_language": choices.language or notices.settings.language,
        "all_languages": LANGUAGES,
        "chosen_time_zone": choices.time_zone,
        "usual_time_zone": notices.settings.time_zone,
        "time_zones": sorted(zone_names()),
        "deliveries": await notices.log.of_person(person.ref, _SHOWN) if notices.names else [],
        "states": {name: (_(word), tone) for name, (word, tone) in STATES.items()},
        "kinds": {kind: _(label) for kind, label in KIND_LABELS.items()},
        "path_of": lambda each: page_of(each.kind, each.subject, each.values)[0],
        "name_of": lambda each: name_of(each.subject, each.values),
        "alerts": await _alerts(request, person),
        "channel_labels": {name: _(label) for name, label in CHANNEL_LABELS.items()},
    }


async def _alerts(request: Request, person: Person) -> AlertsForm | None:
    alerts = services_of(request).alerts
    return form_of(await alerts.choice_of(person.ref), alerts.usual) if alerts.is_active else None


async def _email(request: Request, person: Person) -> str | None:
    """Return the verified address of the person, from the directory or their token."""
    try:
        entry = await services_of(request).notices.addresses.directory.find(person)
    except DirectoryUnavailable:
        return None
    return entry.email if entry else None


def _result(channel: str, failure: Failure | None) -> str:
    if failure is None:
        return _("The test was sent: %(channel)s.", channel=channel)
    if failure is Failure.NO_ADDRESS:
        return _("You have no address for this channel. Save your choices, or ask the platform team.")
    return _("The test could not be sent: %(channel)s. Try again later.", channel=channel)
