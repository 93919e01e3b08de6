"""Builds the notices from the shared resources. Opens no connections."""

from keydesk.container.key_services import key_contacts
from keydesk.container.resources import Resources
from keydesk.kit.http_client import HttpClient
from keydesk.kit.rate_limiter import RateLimiter
from keydesk.notices.addresses import Addresses
from keydesk.notices.channel_store import ChannelStore
from keydesk.notices.channels.assembly import ChannelParts
from keydesk.notices.delivery_log_store import DeliveryLog
from keydesk.notices.people_store import PeopleStore
from keydesk.notices.planning import Planner
from keydesk.notices.sending import Sender
from keydesk.notices.service import Notices
from keydesk.notices.store import DeliveryStore
from keydesk.web.notices.messages import Messages

_TESTS_PER_MINUTE = 3


def build_notices(resources: Resources) -> Notices:
    """Return the notices. Raises ValueError if the library of a channel is not installed."""
    settings, database = resources.settings.notices, resources.database
    people = PeopleStore(database)
    http_client = HttpClient(settings.timeout_seconds)
    resources.closing.push_async_callback(http_client.aclose)
    directory = resources.settings.directory
    addresses = Addresses(resources.directory, people, directory.claims and directory.backstage is None)
    parts = ChannelParts(resources.settings, http_client, addresses, resources.clock)
    key = resources.settings.derived_key("notice-channels")
    confirmations = ChannelStore(database, key, parts.fingerprints())
    render = Messages(resources.settings.portal.base_url, settings.time_zone)
    store = DeliveryStore(database)
    sender = Sender(
        store=store,
        planner=Planner(store, people, key_contacts(resources), settings),
        people=people,
        channels=parts.build(),
        confirmations=confirmations,
        render=render,
        settings=settings,
        tally=resources.notice_tally,
    )
    return Notices(
        settings=settings,
        outbox=resources.outbox,
        sender=sender,
        people=people,
        log=DeliveryLog(database),
        addresses=addresses,
        confirmations=confirmations,
        render=render,
        build_channels=parts.build,
        clock=resources.clock,
        tests=RateLimiter(_TESTS_PER_MINUTE, lambda: resources.clock().timestamp()),
    )
