"""Conversations between a requester and his Tolokers.

A message to one Toloker is a thread that both continue. One to several stays a thread of the requester's; a recipient who answers opens
a thread with it as `parent`, and sees both as one conversation.
"""
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sandbox import ids, times
from sandbox.engine import filters
from sandbox.errors import ApiError
from sandbox.models import Assignment, MessageThread, Toloker, UserSkill

Texts = dict[str, str]


def said(text: Texts, sender: str, role: str, at: datetime) -> dict[str, Any]:
    """A message as it is kept. `role`: USER, REQUESTER, SYSTEM."""
    return {"text": text, "from": {"id": sender, "role": role}, "created": times.show(at)}


def send(requester_id: str, recipients: list[str] | None, topic: Texts, text: Texts, at: datetime, *, answerable: bool,
         compose_details: dict[str, Any] | None = None, **fields: Any) -> MessageThread:
    """A requester's new thread in OUTBOX, to these Tolokers, or to all who ever worked for him (None)."""
    alone = recipients[0] if recipients is not None and len(recipients) == 1 else None
    return MessageThread.objects.create(
        id=ids.new_hex_id(at), requester_id=requester_id, toloker_id=alone, to_all=recipients is None,
        recipients=[] if alone else recipients or [], topic=topic, messages=[said(text, requester_id, "REQUESTER", at)],
        folders=["OUTBOX"], compose_details=compose_details, answerable=answerable, created=at, **fields)


def worked_for(requester_id: str) -> QuerySet[Toloker]:
    """Tolokers who ever took anything of this requester's, however it ended."""
    return Toloker.objects.filter(Exists(Assignment.objects.filter(toloker=OuterRef("pk"), pool__project__requester_id=requester_id)))


def matching(requester_id: str, node: dict[str, Any]) -> list[str]:
    """Ids of those among them whom the filter lets in, now."""
    people = worked_for(requester_id)
    skills: dict[str, dict[str, float]] = {}
    for key, skill, value in UserSkill.objects.filter(toloker__in=people).values_list("toloker_id", "skill_id", "exact_value"):
        skills.setdefault(key, {})[str(skill)] = float(value)
    return [one.id for one in people.order_by("id")
            if filters.matches(node, filters.Facts(profile=one.profile, computed=one.computed, skills=skills.get(one.id, {})))]


@transaction.atomic
def requester_replies(thread_id: str, text: Texts, at: datetime) -> MessageThread:
    """Also to a message that Tolokers cannot answer: it is his own. What he answered he has read."""
    thread = MessageThread.objects.select_for_update().get(pk=thread_id)
    thread.messages.append(said(text, thread.requester_id, "REQUESTER", at))
    return _filed(thread, add=["OUTBOX"], remove=["UNREAD"])


@transaction.atomic
def change_folders(thread_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> MessageThread:
    return _filed(MessageThread.objects.select_for_update().get(pk=thread_id), add, remove)


def _filed(thread: MessageThread, add: Iterable[str], remove: Iterable[str]) -> MessageThread:
    without = set(remove)
    thread.folders = [name for name in dict.fromkeys([*thread.folders, *add]) if name not in without]
    thread.save(update_fields=["messages", "folders"])
    return thread


def conversations(toloker_id: str) -> QuerySet[MessageThread]:
    """What a Toloker may read: threads with him, and messages to several that he was among. Not the threads that his answers to
    those opened, which are shown with what they answer."""
    # Those to all reach whoever had worked for their sender by then.
    before = Assignment.objects.filter(toloker_id=toloker_id, pool__project__requester_id=OuterRef("requester_id"),
                                       created__lte=OuterRef("created"))
    return MessageThread.objects.filter(
        Q(toloker_id=toloker_id, parent=None) | Q(recipients__contains=[toloker_id]) | Q(Exists(before), to_all=True))


def exchanged(thread: MessageThread, toloker_id: str) -> list[dict[str, Any]]:
    """All messages between the two in order of time, `thread` being one of his `conversations`."""
    own = [] if thread.toloker_id else MessageThread.objects.filter(parent=thread, toloker_id=toloker_id)
    both = [*thread.messages, *(message for answer in own for message in answer.messages)]
    return sorted(both, key=lambda message: str(message["created"]))


@transaction.atomic
def toloker_replies(thread: MessageThread, toloker: Toloker, text: str, at: datetime) -> MessageThread:
    """The thread that the requester finds it in, INBOX and UNREAD. 409 if the message takes no answer."""
    # The thread's row in any case: two answers at once must not open two threads.
    thread = MessageThread.objects.select_for_update(no_key=True).get(pk=thread.pk)
    if not thread.answerable:
        raise ApiError("CONFLICT_STATE", "This message takes no answer")
    if thread.toloker_id is None:
        thread, _ = MessageThread.objects.select_for_update(no_key=True, of=("self",)).get_or_create(
            parent=thread, toloker=toloker, defaults={
                "id": ids.new_hex_id(at), "requester_id": thread.requester_id, "topic": thread.topic, "meta": thread.meta, "created": at})
    thread.messages.append(said({language_of(toloker): text}, toloker.id, "USER", at))
    return _filed(thread, add=["INBOX", "UNREAD"], remove=[])


def _spoken(toloker: Toloker) -> list[str]:
    words = toloker.profile.get("languages")
    return [word.upper() for word in words if isinstance(word, str) and word] if isinstance(words, list) else []


def language_of(toloker: Toloker) -> str:
    """The code under which his own words stand."""
    return next(iter(_spoken(toloker)), "EN")


def in_language(texts: Texts, toloker: Toloker) -> str:
    """The text in the first of his languages that there is, else in English, else in whatever there is."""
    known = {code.upper(): text for code, text in texts.items()}
    return next((known[code] for code in [*_spoken(toloker), "EN"] if code in known), next(iter(texts.values()), ""))
