"""/v1/webhook-subscriptions."""
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from sandbox import ids, times
from sandbox.api.door import my_id, my_pool
from sandbox.api.listing import Listing, each
from sandbox.errors import ApiError, ValidationError
from sandbox.forms.webhooks import EVENT_TYPES, subscription_form
from sandbox.http import Call, Reply
from sandbox.models import Requester, WebhookSubscription
from sandbox.webhooks.events import body_of
from sandbox.webhooks.push import push

LISTING = Listing(times=("created",), texts=("id",), words={"event_type": EVENT_TYPES})
MAX_ITEMS = 1_000
_MILLISECOND = timedelta(milliseconds=1)


def show(row: WebhookSubscription) -> dict[str, Any]:
    """Without the secret."""
    return {"id": row.id, "event_type": row.event_type, "webhook_url": row.webhook_url, "pool_id": str(row.pool_id),
            "created": times.show(row.created)}


def listing(call: Call) -> Any:
    rows = WebhookSubscription.objects.filter(requester=call.requester)
    pool = call.request.GET.get("pool_id")
    if pool is not None:
        rows = rows.filter(pool_id=my_pool(call, pool).id)
    return LISTING.page(call, rows, each(show))


@transaction.atomic
def put(call: Call) -> Any:
    """Each is made, or given the new secret if this requester has it already (same pool, event and url).

    An array is answered with `{items, validation_errors}` by index; 400 with the errors if nothing was right. A single object is
    answered with itself.
    """
    single = isinstance(call.body, dict)
    items = [call.body] if single else ([] if call.body is None else call.body)
    if not isinstance(items, list):
        raise ValidationError({"": {"code": "ARRAY_EXPECTED", "message": "An array of subscriptions is expected"}})
    if len(items) > MAX_ITEMS:
        raise ApiError("CONTENT_TOO_LARGE", f"At most {MAX_ITEMS} subscriptions at once")
    made, errors = _put_all(call, items)
    if errors and (single or not made):
        raise ValidationError(errors["0"] if single else errors)
    return show(made["0"]) if single else {"items": {index: show(row) for index, row in made.items()}, "validation_errors": errors}


def _put_all(call: Call, items: list[Any]) -> tuple[dict[str, WebhookSubscription], dict[str, Any]]:
    # One at a time for each requester, so that no two get the same `created`.
    Requester.objects.select_for_update(no_key=True).get(pk=my_id(call))
    newest = WebhookSubscription.objects.filter(requester=call.requester).aggregate(newest=Max("created"))["newest"]
    made: dict[str, WebhookSubscription] = {}
    errors: dict[str, Any] = {}
    for index, item in enumerate(items):
        form, wrong = subscription_form(item)
        pool_id = None if wrong else _pool_of(call, form["pool_id"], wrong)
        if wrong or pool_id is None:
            errors[str(index)] = wrong
            continue
        created: datetime = call.now if newest is None else max(call.now, newest + _MILLISECOND)
        row, is_new = WebhookSubscription.objects.get_or_create(
            pool_id=pool_id, event_type=form["event_type"], webhook_url=form["webhook_url"],
            defaults={"id": ids.new_hex_id(created), "requester_id": my_id(call), "secret_key": form["secret_key"], "created": created})
        if is_new:
            newest = created
        elif row.secret_key != form["secret_key"]:
            row.secret_key = form["secret_key"]
            row.save(update_fields=["secret_key"])
        made[str(index)] = row
    return made, errors


def _pool_of(call: Call, key: str, errors: dict[str, Any]) -> int | None:
    try:
        return my_pool(call, key).id
    except ApiError as error:
        code = "ENTITY_ACCESS_DENIED" if error.code == "ACCESS_DENIED" else "ENTITY_DOES_NOT_EXIST"
        errors["pool_id"] = {"code": code, "message": "There is no such pool of yours"}
        return None


def _mine(call: Call, key: str) -> WebhookSubscription:
    row = WebhookSubscription.objects.select_related("pool").filter(pk=key).first()
    if row is None:
        raise ApiError("DOES_NOT_EXIST")
    if row.requester_id != my_id(call):
        raise ApiError("ACCESS_DENIED")
    return row


def one(call: Call, key: str) -> Any:
    return show(_mine(call, key))


@transaction.atomic
def delete(call: Call, key: str) -> None:
    """Also what waits for delivery to it, and what is just being written."""
    row = _mine(call, key)
    WebhookSubscription.objects.select_for_update().filter(pk=row.pk).first()
    row.delete()


def test(call: Call, key: str) -> Reply:
    """Send a TEST_EVENT now and tell what came of it: `{success, responseReceivedAt?, errorType?, originalStatusCode?, uuids}`."""
    row = _mine(call, key)
    event = body_of("TEST_EVENT", row.pool, row.id, call.now)
    asked = times.machine_now()
    outcome = push(row.webhook_url, row.secret_key, [event])
    answer: dict[str, Any] = {"success": not outcome.error, "uuids": [event["uuid"]]}
    if outcome.status is not None:
        answer["responseReceivedAt"] = times.show(call.now + (times.machine_now() - asked))
    if outcome.error:
        answer["errorType"] = outcome.error
    if outcome.status is not None:
        answer["originalStatusCode"] = outcome.status
    return Reply(answer, 201)
