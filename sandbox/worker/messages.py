"""/worker/v1/messages: what requesters wrote to this Toloker, and his answers."""
from typing import Any

from sandbox import times
from sandbox.api.listing import Listing, each, without_nothing
from sandbox.engine import messages as engine
from sandbox.errors import ApiError
from sandbox.forms.checker import Checker
from sandbox.forms.messages import MAX_TEXT
from sandbox.http import Call, Reply
from sandbox.models import MessageThread, Toloker

LISTING = Listing(times=("created",), texts=("id",), order="-id")


def _me(call: Call) -> Toloker:
    assert call.toloker is not None
    return call.toloker


def _show(thread: MessageThread, me: Toloker) -> dict[str, Any]:
    """`{id, topic, messages: [{text, from, created}], answerable, created, assignment_id?}`, oldest message first, in his language."""
    said = [{"text": engine.in_language(one["text"], me), "from": "me" if one["from"]["id"] == me.id else "requester",
             "created": one["created"]} for one in engine.exchanged(thread, me.id)]
    return without_nothing({
        "id": thread.id, "topic": engine.in_language(thread.topic, me), "requester_name": thread.requester.name, "messages": said,
        "answerable": thread.answerable, "created": times.show(thread.created), "assignment_id": thread.assignment_id})


def listing(call: Call) -> Any:
    """Newest first, unless `sort` says otherwise."""
    me = _me(call)
    rows = engine.conversations(me.id).select_related("requester")
    return LISTING.page(call, rows, each(lambda thread: _show(thread, me)))


def reply(call: Call, key: str) -> Reply:
    """201 with the conversation; 409 CONFLICT_STATE where the message takes no answer, 404 for one that is not his."""
    me = _me(call)
    check = Checker(call.body)
    text = check.text("text", required=True, longest=MAX_TEXT)
    check.finish()
    thread = engine.conversations(me.id).select_related("requester").filter(pk=key).first()
    if thread is None:
        raise ApiError("DOES_NOT_EXIST")
    engine.toloker_replies(thread, me, str(text), call.now)
    thread.refresh_from_db()
    return Reply(_show(thread, me), 201)
