"""The Toloker API and the control API."""
from collections.abc import Callable
from typing import Any

from sandbox.control import views as control
from sandbox.openapi.forms import of_handler
from sandbox.openapi.shapes import (
    AMOUNT,
    ANYTHING,
    BOOLEAN,
    HEX_ID,
    INTEGER,
    ITEM_ID,
    NUMBER_ID,
    OBJECT,
    SOLUTION,
    TEXT,
    TIME,
    TIME_GIVEN,
    UUID,
    VALUES,
    Described,
    Schema,
    array,
    listed,
    ref,
    thing,
    word,
)
from sandbox.worker import attachments, messages, views

_STATUSES = ("ACTIVE", "SUBMITTED", "ACCEPTED", "REJECTED", "SKIPPED", "EXPIRED")


def components() -> dict[str, Schema]:
    own = {"id": ITEM_ID, "pool_id": NUMBER_ID, "project_id": NUMBER_ID, "status": word(*_STATUSES), "public_name": TEXT,
           "reward": AMOUNT, "expires": TIME, "created": TIME}
    more = dict.fromkeys(("submitted", "accepted", "rejected", "skipped", "expired"), TIME)
    return {
        "OwnAssignment": thing(own, public_comment=TEXT, **more),
        "TaskPage": thing({**own, "instructions": TEXT, "view_spec": OBJECT, "input_spec": OBJECT, "output_spec": OBJECT,
                           "seconds_left": {"type": "number"}, "tasks": array(thing({"id": ITEM_ID, "input_values": VALUES}))}),
        "UploadedFile": thing({"id": UUID, "name": TEXT, "media_type": TEXT, "size": INTEGER}),
        "Conversation": thing({"id": TEXT, "topic": TEXT, "requester_name": TEXT, "answerable": BOOLEAN, "created": TIME,
                               "messages": array(thing({"text": TEXT, "from": word("me", "requester"), "created": TIME}))},
                              assignment_id=ITEM_ID),
        "Clock": thing({"now": TIME}, speed={"type": "number"}),
    }


def _described_desk() -> dict[Callable[..., Any], Described]:
    card = thing({"pool_id": NUMBER_ID, "project_id": NUMBER_ID, "public_name": TEXT, "public_description": TEXT, "requester_name": TEXT,
                  "reward": AMOUNT, "assignment_max_duration_seconds": INTEGER, "may_contain_adult_content": BOOLEAN})
    moved = thing({"id": ITEM_ID, "status": word(*_STATUSES)})
    return {
        views.register: Described("Become a Toloker", {201: thing({"id": HEX_ID, "token": TEXT})}, of_handler(views.register),
                                  body_required=False),
        views.pools: Described("Where I could take something now", {200: thing({"items": array(card)})}),
        views.take: Described("Take a page of tasks", {201: ref("TaskPage")}, conflicts=(
            "NO_TASKS_AVAILABLE", "TOO_MANY_ACTIVE_ASSIGNMENTS")),
        views.submit: Described("Send the answers", {200: moved}, thing({"solutions": array(SOLUTION)}),
                                conflicts=("INAPPROPRIATE_STATUS",)),
        views.skip: Described("Leave the page to others", {200: moved}, conflicts=("INAPPROPRIATE_STATUS",)),
        views.appeal: Described("Object to a rejection", {201: thing({"id": TEXT})}, of_handler(views.appeal),
                                conflicts=("INAPPROPRIATE_STATUS", "CONFLICT_STATE")),
        views.assignments: listed("My assignments", views.LISTING, ref("OwnAssignment")),
        views.one: Described("A task page again", {200: ref("TaskPage")}),
        views.account: Described("My account", {200: thing({"id": HEX_ID, "balance": {"type": "number"}, "on_review": {"type": "number"},
                                                            "skills": array(OBJECT), "restrictions": array(OBJECT)}, name=TEXT)}),
        attachments.listing: Described("Files of my assignment", {200: thing({"items": array(ref("UploadedFile"))})}),
        attachments.upload: Described("Send a file for an answer", {201: ref("UploadedFile")}, {"type": "string", "format": "binary"},
                                      sends="application/octet-stream", query={
                                          "name": {"type": "string", "minLength": 1, "maxLength": attachments.LONGEST_NAME}},
                                      query_required=("name",), conflicts=("INAPPROPRIATE_STATUS", "CONFLICT_STATE")),
        messages.listing: listed("What requesters wrote to me", messages.LISTING, ref("Conversation")),
        messages.reply: Described("Answer a requester", {201: ref("Conversation")}, of_handler(messages.reply),
                                  conflicts=("CONFLICT_STATE",)),
    }


def described() -> dict[Callable[..., Any], Described]:
    made = {201: thing({"id": TEXT})}
    call = thing({"at": TIME, "method": TEXT, "path": TEXT, "query": TEXT, "status": INTEGER, "requester_id": {"type": ["string", "null"]}})
    change = thing({"id": TEXT, "at": TIME, "assignment_id": ITEM_ID, "pool_id": TEXT, "before": TEXT, "after": TEXT, "by": TEXT})
    known = thing({"task_id": ITEM_ID, "known_solutions": array(ANYTHING)})
    return {
        **_described_desk(),
        control.create_requester: Described("Make a requester", {201: thing({"id": HEX_ID, "token": TEXT})}, of_handler(
            control.create_requester, balance={"type": ["string", "number", "null"]})),
        control.show_clock: Described("The sandbox's clock", {200: ref("Clock")}),
        control.advance_clock: Described("Push the clock forward", {200: ref("Clock")}, of_handler(control.advance_clock)),
        control.set_clock_speed: Described("Let the clock run faster", {200: ref("Clock")}, of_handler(control.set_clock_speed)),
        control.create_fault: Described("Plan a fault", made, of_handler(control.create_fault)),
        control.delete_faults: Described("Forget all faults", {204: None}),
        control.requests: Described("The requester API's calls", {200: thing({"items": array(call)})}, query={
            "path": {"type": "string", "format": "regex"}, "since": TIME_GIVEN}),
        control.assignment_changes: Described("What happened to assignments", {200: thing({"items": array(change)})}, query={
            "pool_id": TEXT, "assignment_id": TEXT, "id_gt": TEXT}),
        control.create_robots: Described("Let robots work", {201: thing({"ids": array(HEX_ID)})}, of_handler(
            control.create_robots, seconds=array({"type": "number", "minimum": 0, "maximum": 86_400}, minItems=2, maxItems=2))),
        control.delete_robots: Described("Stop all robots", {204: None}),
        control.known_solutions: Described("Known solutions of tasks", {200: thing({"items": array(known)})}, query={"task_id": TEXT}),
    }
