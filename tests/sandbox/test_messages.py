"""What requesters and Tolokers write to each other, by toloka-kit and by the Toloker API; and who a Toloker is."""
from datetime import UTC
from typing import Any

import pytest
from toloka.client.exceptions import ValidationApiError
from toloka.client.filter import Country, FilterAnd, Languages
from toloka.client.message_thread import MessageThreadCompose, MessageThreadFolders, MessageThreadReply

from tests.sandbox.conftest import Shop, refused
from tests.stack.sandbox import TolokerAccount


def inbox(toloker: TolokerAccount, query: str = "") -> list[dict[str, Any]]:
    return toloker.call("GET", f"/worker/v1/messages{query}")["items"]


def write(shop: Shop, **fields: Any) -> dict[str, Any]:
    """A new thread to everybody, unless `fields` name somebody."""
    return shop.ask("POST", "/message-threads/compose", {
        "recipients_select_type": "ALL", "topic": {"EN": "News"}, "text": {"EN": "More work on Monday"}, "answerable": True, **fields})


def write_to(shop: Shop, *tolokers: TolokerAccount, **fields: Any) -> dict[str, Any]:
    return write(shop, recipients_select_type="DIRECT", recipients_ids=[one.id for one in tolokers], **fields)


def answer(toloker: TolokerAccount, thread_id: str, text: str) -> dict[str, Any]:
    return toloker.call("POST", f"/worker/v1/messages/{thread_id}/reply", {"text": text})


def in_folders(shop: Shop, query: str) -> list[str]:
    return [item["id"] for item in shop.ask("GET", f"/message-threads?{query}")["items"]]


def test_the_kit_writes_to_one_toloker_and_both_go_on_in_one_thread(shop: Shop) -> None:
    client, toloker = shop.requester.client(), shop.toloker()
    thread = client.compose_message_thread(MessageThreadCompose(
        recipients_select_type="DIRECT", recipients_ids=[toloker.id], answerable=True,
        topic={"EN": "Thank you"}, text={"EN": "Good boxes"}))
    assert ([folder.value for folder in thread.folders], thread.answerable) == (["OUTBOX"], True)
    assert thread.compose_details.recipients_ids == [toloker.id] and thread.created.tzinfo is UTC
    assert {(one.id, one.role.value, one.myself) for one in thread.interlocutors} == {
        (shop.requester.id, "REQUESTER", True), (toloker.id, "USER", False)}
    (seen,) = inbox(toloker)
    assert (seen["id"], seen["topic"], seen["answerable"]) == (thread.id, "Thank you", True)
    assert [(one["text"], one["from"]) for one in seen["messages"]] == [("Good boxes", "requester")]

    answer(toloker, thread.id, "You are welcome")
    (unread,) = client.get_message_threads(folder=["INBOX", "UNREAD"])
    assert unread.id == thread.id and [message.text["EN"] for message in unread.messages] == ["You are welcome", "Good boxes"]
    assert (unread.messages[0].from_.id, unread.messages[0].from_.myself) == (toloker.id, False)
    replied = client.reply_message_thread(thread.id, MessageThreadReply(text={"EN": "See you"}))
    assert {folder.value for folder in replied.folders} == {"INBOX", "OUTBOX"}
    assert [(one["text"], one["from"]) for one in inbox(toloker)[0]["messages"]] == [
        ("Good boxes", "requester"), ("You are welcome", "me"), ("See you", "requester")]


def test_an_answer_to_a_message_to_several_opens_a_thread_of_its_own(shop: Shop) -> None:
    ann, bob, eve = shop.toloker(), shop.toloker(), shop.toloker()
    thread = write_to(shop, ann, bob)
    assert inbox(eve) == []
    answer(ann, thread["id"], "Which time?")
    again = answer(ann, thread["id"], "Hello?")
    assert again["id"] == thread["id"] and [one["from"] for one in again["messages"]] == ["requester", "me", "me"]
    (child,) = shop.ask("GET", "/message-threads?folder=INBOX")["items"]
    assert child["parent_id"] == thread["id"] and "compose_details" not in child and child["folders"] == ["INBOX", "UNREAD"]
    assert {one["id"] for one in child["interlocutors"]} == {shop.requester.id, ann.id}
    shop.ask("POST", f"/message-threads/{child['id']}/reply", {"text": {"EN": "At nine"}})
    assert [one["text"] for one in inbox(ann)[0]["messages"]] == ["More work on Monday", "Which time?", "Hello?", "At nine"]
    assert [one["text"] for one in inbox(bob)[0]["messages"]] == ["More work on Monday"]
    assert shop.ask("GET", f"/message-threads/{thread['id']}")["folders"] == ["OUTBOX"]
    with refused("DOES_NOT_EXIST", 404):
        answer(eve, thread["id"], "Me too")


def test_a_message_that_takes_no_answer_gets_none(shop: Shop) -> None:
    toloker = shop.toloker()
    thread = write_to(shop, toloker, answerable=False)
    assert inbox(toloker)[0]["answerable"] is False
    with refused("CONFLICT_STATE"):
        answer(toloker, thread["id"], "But why?")
    shop.ask("POST", f"/message-threads/{thread['id']}/reply", {"text": {"EN": "By the way"}})
    assert len(inbox(toloker)[0]["messages"]) == 2


@pytest.mark.parametrize("unsaid", [{}, {"answerable": None}])
def test_a_message_that_says_nothing_about_answers_takes_them(shop: Shop, unsaid: dict[str, Any]) -> None:
    toloker = shop.toloker()
    thread = shop.ask("POST", "/message-threads/compose", {"recipients_select_type": "DIRECT", "recipients_ids": [toloker.id],
                                                           "topic": {"EN": "News"}, "text": {"EN": "Thank you"}, **unsaid})
    assert thread["answerable"] is True
    answer(toloker, thread["id"], "You are welcome")


def test_a_message_to_all_reaches_those_who_had_worked_for_this_requester(shop: Shop) -> None:
    pool = shop.open_pool(3)
    (worker, _), stranger = shop.submitted(pool), shop.toloker()
    skipper = shop.toloker()
    skipper.skip(skipper.take(pool)["id"])
    thread = write(shop)
    assert "interlocutors" not in thread and thread["interlocutors_inlined"] is False
    late, _ = shop.submitted(pool)
    assert [len(inbox(one)) for one in (worker, skipper, stranger, late)] == [1, 1, 0, 0]
    answer(worker, thread["id"], "Fine")
    assert shop.ask("GET", "/message-threads?folder=UNREAD")["items"][0]["parent_id"] == thread["id"]


def test_a_filter_chooses_among_those_who_worked_for_this_requester(shop: Shop) -> None:
    pool = shop.open_pool(3)
    people = [shop.toloker(country=country, languages=[language]) for country, language in (("DE", "DE"), ("DE", "EN"), ("FR", "DE"))]
    for one in people:
        one.submit(one.take(pool)["id"], {"result": "OK"})
    outsider = shop.toloker(country="DE", languages=["DE"])
    thread = shop.requester.client().compose_message_thread(MessageThreadCompose(
        recipients_select_type="FILTER", recipients_filter=FilterAnd([Country == "DE", Languages.in_("DE")]), topic={"EN": "a", "DE": "b"},
        text={"EN": "Hello", "DE": "Hallo"}, answerable=False))
    assert thread.compose_details.recipients_select_type.value == "FILTER" and thread.compose_details.recipients_filter is not None
    assert [len(inbox(one)) for one in (*people, outsider)] == [1, 0, 0, 0]
    assert (inbox(people[0])[0]["topic"], inbox(people[0])[0]["messages"][0]["text"]) == ("b", "Hallo")


def test_an_appeal_is_a_thread_that_goes_on(shop: Shop) -> None:
    toloker, key = shop.submitted(shop.open_pool())
    shop.review(key, "REJECTED", "Empty")
    toloker.appeal(key, "It is not")
    (thread,) = shop.ask("GET", "/message-threads?folder=INBOX,UNREAD")["items"]
    assert thread["meta"]["assignment_id"] == key
    done = shop.ask("POST", f"/message-threads/{thread['id']}/reply", {"text": {"EN": "You are right"}})
    assert set(done["folders"]) == {"INBOX", "OUTBOX"}
    (seen,) = inbox(toloker)
    assert seen["assignment_id"] == key and [one["from"] for one in seen["messages"]] == ["me", "requester"]
    answer(toloker, seen["id"], "Thanks")
    assert in_folders(shop, "folder=UNREAD") == [thread["id"]]


def test_folders_are_asked_for_and_changed(shop: Shop) -> None:
    client, toloker = shop.requester.client(), shop.toloker()
    first, second = (write_to(shop, toloker)["id"] for _ in range(2))
    answer(toloker, first, "Yes")
    marked = client.add_message_thread_to_folders(second, ["IMPORTANT", "UNREAD"])
    assert {folder.value for folder in marked.folders} == {"OUTBOX", "IMPORTANT", "UNREAD"}
    assert in_folders(shop, "folder=UNREAD") == [first, second]
    assert in_folders(shop, "folder=UNREAD,IMPORTANT") == [second]
    assert in_folders(shop, "folder_ne=IMPORTANT,INBOX") == []
    assert in_folders(shop, "folder=OUTBOX&folder_ne=IMPORTANT") == [first]
    client.remove_message_thread_from_folders(second, MessageThreadFolders(folders=["IMPORTANT", "UNREAD"]))
    assert in_folders(shop, "folder=UNREAD") == [first]
    for verb in ("add-to", "remove-from"):
        with refused("VALIDATION_ERROR", 400) as refusal:
            shop.ask("POST", f"/message-threads/{second}/{verb}-folders", {"folders": ["IMPORTANT", "INBOX", "SPAM", 3]})
        assert refusal.payload["folders"]["code"] == "STRING_EXPECTED"
        with refused("VALIDATION_ERROR", 400) as refusal:
            shop.ask("POST", f"/message-threads/{second}/{verb}-folders", {"folders": ["IMPORTANT", "INBOX", "SPAM"]})
        assert {path: error["code"] for path, error in refusal.payload.items()} == {
            "folders.1": "VALUE_NOT_ALLOWED", "folders.2": "UNKNOWN_ENUM_VALUE"}
    assert shop.ask("GET", f"/message-threads/{second}")["folders"] == ["OUTBOX"]
    with refused("VALIDATION_ERROR", 400):
        in_folders(shop, "folder=SPAM")


def test_threads_are_paged_without_losing_any(shop: Shop) -> None:
    toloker = shop.toloker()
    written = [write_to(shop, toloker)["id"] for _ in range(7)]
    client = shop.requester.client()
    assert [thread.id for thread in client.get_message_threads(batch_size=2)] == written
    page = client.find_message_threads(sort=["-created"], limit=3)
    assert [thread.id for thread in page.items] == written[:-4:-1] and page.has_more
    assert [item["id"] for item in inbox(toloker, "?limit=2")] == written[:-3:-1]
    assert [item["id"] for item in inbox(toloker, f"?sort=id&id_gt={written[4]}")] == written[5:]
    with refused("VALIDATION_ERROR", 400):
        shop.ask("GET", "/message-threads?limit=301")


@pytest.mark.parametrize(("fields", "path", "code"), [
    ({"recipients_select_type": "SOME"}, "recipients_select_type", "UNKNOWN_ENUM_VALUE"),
    ({"recipients_ids": ["a"]}, "recipients_ids", "VALUE_NOT_ALLOWED"),
    ({"recipients_filter": {"and": []}}, "recipients_filter", "VALUE_NOT_ALLOWED"),
    ({"recipients_select_type": "DIRECT"}, "recipients_ids", "VALUE_REQUIRED"),
    ({"recipients_select_type": "DIRECT", "recipients_ids": []}, "recipients_ids", "VALUES_REQUIRED"),
    ({"recipients_select_type": "DIRECT", "recipients_ids": [1]}, "recipients_ids", "STRING_EXPECTED"),
    ({"recipients_select_type": "DIRECT", "recipients_ids": ["0" * 32]}, "recipients_ids.0", "ENTITY_DOES_NOT_EXIST"),
    ({"recipients_select_type": "DIRECT", "recipients_ids": [str(n) for n in range(101)]}, "recipients_ids", "ARRAY_SIZE_GREATER_THAN_MAX"),
    ({"recipients_select_type": "FILTER"}, "recipients_filter", "VALUE_REQUIRED"),
    ({"recipients_select_type": "FILTER", "recipients_filter": {"and": [{"category": "x", "key": "y", "operator": "EQ", "value": 1}]}},
     "recipients_filter.and.0.category", "UNKNOWN_ENUM_VALUE"),
    ({"topic": "News"}, "topic", "OBJECT_EXPECTED"), ({"topic": {}}, "topic", "EMPTY_OBJECT_NOT_ALLOWED"),
    ({"text": {"EN": " "}}, "text.EN", "BLANK_STRING_NOT_ALLOWED"), ({"text": {"!": "x"}}, "text.!", "INVALID_VALUE"),
    ({"text": {"EN": 5}}, "text.EN", "STRING_EXPECTED"), ({"answerable": "yes"}, "answerable", "BOOLEAN_EXPECTED"),
])
def test_a_message_that_is_wrong_is_not_sent(shop: Shop, fields: dict[str, Any], path: str, code: str) -> None:
    with refused("VALIDATION_ERROR", 400) as refusal:
        write(shop, **fields)
    assert refusal.payload[path]["code"] == code
    assert in_folders(shop, "") == []


def test_other_peoples_threads_are_closed(shop: Shop, new_shop: Any) -> None:
    thread, other = write_to(shop, shop.toloker())["id"], new_shop()
    for method, path, body in (("GET", "", None), ("POST", "/reply", {"text": {"EN": "x"}}),
                               ("POST", "/add-to-folders", {"folders": ["UNREAD"]})):
        with refused("ACCESS_DENIED", 403):
            other.ask(method, f"/message-threads/{thread}{path}", body)
        with refused("DOES_NOT_EXIST", 404):
            other.ask(method, f"/message-threads/{'0' * 24}{path}", body)
    with pytest.raises(ValidationApiError):
        shop.requester.client().reply_message_thread(thread, MessageThreadReply(text={}))


def test_the_kit_learns_who_a_toloker_is(shop: Shop) -> None:
    made = shop.sandbox.create_toloker(
        profile={"country": "IN", "languages": ["EN", "FR"], "adult_allowed": False}, client_type="TOLOKA_APP", user_agent_type="OTHER",
        device_category="SMARTPHONE", os_family="ANDROID", os_version=10.1, os_version_major=10, os_version_minor=1,
        region_by_phone=87, region_by_ip=94)
    user = shop.requester.client().get_user(made.id)
    assert (user.id, user.country, user.languages, user.adult_allowed) == (made.id, "IN", ["EN", "FR"], False)
    details = user.attributes
    assert (details.client_type, details.device_category, details.os_family, float(details.os_version), details.os_version_major) == (
        "TOLOKA_APP", "SMARTPHONE", "ANDROID", 10.1, 10)
    assert (details.country_by_phone, details.country_by_ip) == ("US", "BR")
    with refused("DOES_NOT_EXIST", 404):
        shop.ask("GET", f"/user-metadata/{'f' * 32}")
