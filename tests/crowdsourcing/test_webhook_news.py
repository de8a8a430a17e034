"""What webhooks of the room below are told of the crowd."""
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import WebhookDelivery
from annotation.services import webhooks
from annotation.webhooks.events import events_for, is_more
from crowdsourcing import mirror
from crowdsourcing.services import pools
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.test_mirror import at, news

CROWD = ("submitted:assignment", "accepted:assignment", "rejected:assignment", "create:pool", "update:pool")


def listen(crowd: Crowd, *events: str) -> None:
    webhooks.create_webhook(actor=crowd.owner, place=crowd.project, target_url="https://example.org/hook", events=list(events))


def told() -> list[tuple[str, str]]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("event", "subject"))


@pytest.mark.django_db(transaction=True)
def test_an_assignment_and_its_job_are_told_step_by_step(crowd: Crowd) -> None:
    crowd.open_pool()
    listen(crowd, *CROWD, "update:job")
    mirror.mirror_assignments(crowd.pool, [news(crowd, "ACTIVE", 1)])
    mirror.mirror_assignments(crowd.pool, [news(crowd, "SUBMITTED", 2, submitted=at(2))])
    mirror.mirror_assignments(crowd.pool, [news(crowd, "SUBMITTED", 3, submitted=at(2))])
    mirror.mirror_assignments(crowd.pool, [news(crowd, "REJECTED", 4, submitted=at(2), rejected=at(4), public_comment="No.")])
    mirror.mirror_assignments(crowd.pool, [news(crowd, "ACCEPTED", 5, submitted=at(2), rejected=at(4), accepted=at(5))])
    about, job = f"assignment:{crowd.assignment('a1').pk}", f"job:{crowd.job().pk}"
    assert sorted(told()) == sorted([
        ("update:job", job), ("update:job", job), ("submitted:assignment", about), ("update:job", job), ("rejected:assignment", about),
        ("update:job", job), ("accepted:assignment", about)])
    said = WebhookDelivery.objects.get(event="rejected:assignment").payload
    assert (said["assignment"]["status"], said["assignment"]["public_comment"], said["sender"]) == ("REJECTED", "No.", None)
    last = WebhookDelivery.objects.filter(event="update:job").order_by("-pk")[0].payload
    before = last["before_update"]
    assert (last["job"]["stage"], before["stage"], before["state"]) == ("acceptance", "validation", "rejected")
    assert last["job"]["crowd"]["status"] == "ACCEPTED"


@pytest.mark.django_db(transaction=True)
def test_a_pool_is_told_when_it_is_made_changed_opened_and_closed(crowd: Crowd) -> None:
    crowd.setup_project()
    listen(crowd, *CROWD)
    crowd.setup_pool()
    crowd.deliver(pools.update_pool(actor=crowd.owner, pool=crowd.pool, config={"reward_per_assignment": Decimal("0.07")}))
    crowd.deliver(pools.start_pool(actor=crowd.owner, pool=crowd.pool))
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=crowd.pool))
    crowd.sync()
    about = f"pool:{crowd.pool.pk}"
    # Made here; on the platform; another price; open; closed.
    assert told() == [("create:pool", about), *[("update:pool", about)] * 4]
    price, opened = [row.payload for row in WebhookDelivery.objects.order_by("pk")[2:4]]
    assert (price["before_update"]["reward_per_assignment"], price["sender"]["username"]) == ("0.050", "alice")
    assert (opened["before_update"]["status"], opened["pool"]["status"]) == ("CLOSED", "OPEN")


@pytest.mark.django_db
def test_a_page_of_news_asks_for_listeners_once_a_kind(crowd: Crowd) -> None:
    crowd.open_pool()
    page = [news(crowd, "SUBMITTED", 2, submitted=at(2), remote_id=f"a{number}", number=number, worker=f"w{number}")
            for number in range(2)]
    with CaptureQueriesContext(connection) as captured:
        mirror.mirror_assignments(crowd.pool, page)
    assert len([query for query in captured if '"annotation_webhook"' in query["sql"]]) == 2


def test_the_crowd_s_events_are_none_of_cvat_s() -> None:
    names = {event.name for event in events_for("project")}
    assert set(CROWD) <= names and all(is_more(name) for name in CROWD)
