"""/v1/message-threads."""
from typing import Any

from django.db import transaction

from sandbox import times
from sandbox.api import limits
from sandbox.api.door import my_id
from sandbox.api.listing import Listing, each, without_nothing
from sandbox.engine import messages as engine
from sandbox.errors import ApiError, ValidationError
from sandbox.forms.checker import Checker
from sandbox.forms.messages import FOLDERS, MAX_RECIPIENTS, MAX_TEXT, compose_form, folders_form, languages
from sandbox.http import Call, Reply
from sandbox.models import MessageThread, Toloker

LISTING = Listing(times=("created",), texts=("id",))


def show(thread: MessageThread) -> dict[str, Any]:
    """Newest message first; who takes part only while they are few enough to name."""
    people = None if thread.to_all or len(thread.recipients) > MAX_RECIPIENTS else _interlocutors(thread)
    return without_nothing({
        "id": thread.id, "parent_id": thread.parent_id, "topic": thread.topic, "interlocutors_inlined": people is not None,
        "interlocutors": people, "messages_inlined": True, "messages": [_message(thread, one) for one in reversed(thread.messages)],
        "compose_details": thread.compose_details, "meta": thread.meta, "folders": thread.folders, "answerable": thread.answerable,
        "created": times.show(thread.created)})


def _interlocutors(thread: MessageThread) -> list[dict[str, Any]]:
    roles = {thread.requester_id: "REQUESTER", **dict.fromkeys(thread.recipients, "USER")}
    if thread.toloker_id:
        roles[thread.toloker_id] = "USER"
    return [{"id": key, "role": roles[key], "myself": key == thread.requester_id} for key in sorted(roles)]


def _message(thread: MessageThread, message: dict[str, Any]) -> dict[str, Any]:
    return {**message, "from": {**message["from"], "myself": message["from"]["id"] == thread.requester_id}}


def listing(call: Call) -> Any:
    """`folder`: in every one of these; `folder_ne`: in none."""
    rows = MessageThread.objects.filter(requester=call.requester)
    wanted, unwanted = _folders(call, "folder"), _folders(call, "folder_ne")
    if wanted:
        rows = rows.filter(folders__contains=wanted)
    if unwanted:
        rows = rows.exclude(folders__overlap=unwanted)
    return LISTING.page(call, rows, each(show))


def _folders(call: Call, name: str) -> list[str]:
    text = call.request.GET.get(name)
    if text is None:
        return []
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or any(word not in FOLDERS for word in words):
        raise ValidationError({name: {"code": "UNKNOWN_ENUM_VALUE", "message": f"One of {', '.join(FOLDERS)} is expected"}})
    return words


def _mine(call: Call, key: str) -> MessageThread:
    thread = MessageThread.objects.filter(pk=key).first()
    if thread is None:
        raise ApiError("DOES_NOT_EXIST")
    if thread.requester_id != my_id(call):
        raise ApiError("ACCESS_DENIED")
    return thread


def one(call: Call, key: str) -> Any:
    return show(_mine(call, key))


@transaction.atomic
def compose(call: Call) -> Reply:
    """201 with the thread. A filter is asked once, now, about everybody who ever worked for this requester."""
    form = compose_form(call.body)
    kind, requester_id = form["recipients_select_type"], my_id(call)
    limits.count_message(call, kind)
    recipients: list[str] | None = None
    if kind == "DIRECT":
        recipients = form["recipients_ids"]
        _known(form["recipients_ids"])
    elif kind == "FILTER":
        recipients = engine.matching(requester_id, form["recipients_filter"])
    details: dict[str, Any] = {
        name: form[name] for name in ("recipients_select_type", "recipients_ids", "recipients_filter") if name in form}
    thread = engine.send(requester_id, recipients, form["topic"], form["text"], call.now, answerable=form["answerable"],
                         compose_details=details)
    return Reply(show(thread), 201)


def _known(keys: list[str]) -> None:
    found = set(Toloker.objects.filter(pk__in=keys).values_list("id", flat=True))
    errors = {f"recipients_ids.{index}": {"code": "ENTITY_DOES_NOT_EXIST", "message": "There is no such Toloker"}
              for index, key in enumerate(keys) if key not in found}
    if errors:
        raise ValidationError(errors)


def reply(call: Call, key: str) -> Reply:
    thread = _mine(call, key)
    check = Checker(call.body)
    text = languages(check, "text", MAX_TEXT)
    check.finish()
    return Reply(show(engine.requester_replies(thread.id, text, call.now)), 201)


def add_to_folders(call: Call, key: str) -> Reply:
    thread = _mine(call, key)
    return Reply(show(engine.change_folders(thread.id, add=folders_form(call.body))), 201)


def remove_from_folders(call: Call, key: str) -> Reply:
    thread = _mine(call, key)
    return Reply(show(engine.change_folders(thread.id, remove=folders_form(call.body))), 201)
