"""Checking messages: by language, for one way of naming recipients."""
import re
from typing import Any

from sandbox.forms.checker import Checker
from sandbox.forms.filters import check_filter

SELECTORS = ("ALL", "DIRECT", "FILTER")
FOLDERS = ("INBOX", "OUTBOX", "AUTOMATIC_NOTIFICATION", "IMPORTANT", "UNREAD")
# The other folders say how a thread came about.
BY_HAND = ("IMPORTANT", "UNREAD")
MAX_RECIPIENTS = 100
MAX_TOPIC, MAX_TEXT = 250, 10_000
_OWN_FIELD = {"DIRECT": "recipients_ids", "FILTER": "recipients_filter"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def compose_form(body: Any) -> dict[str, Any]:
    """`recipients_select_type, topic, text, answerable` (true if missing) and the selector's own field, no other selector's. 400."""
    check = Checker(body)
    selector = check.choice("recipients_select_type", SELECTORS, required=True)
    form: dict[str, Any] = {
        "recipients_select_type": selector, "topic": languages(check, "topic", MAX_TOPIC), "text": languages(check, "text", MAX_TEXT),
        "answerable": check.boolean("answerable") is not False}
    for kind, name in _OWN_FIELD.items():
        if selector != kind and selector is not None and check.data.get(name) is not None:
            check.fail(name, "VALUE_NOT_ALLOWED", f"{selector} has no {name}")
    if selector == "DIRECT":
        form["recipients_ids"] = _recipients(check)
    if selector == "FILTER":
        form["recipients_filter"] = _filter(check)
    check.finish()
    return form


def _recipients(check: Checker) -> list[str]:
    if check.data.get("recipients_ids") == []:
        check.fail("recipients_ids", "VALUES_REQUIRED", "Name at least one Toloker")
    check.array("recipients_ids", required=True)
    keys = list(dict.fromkeys(check.ids("recipients_ids")))
    if len(keys) > MAX_RECIPIENTS:
        check.fail("recipients_ids", "ARRAY_SIZE_GREATER_THAN_MAX", f"At most {MAX_RECIPIENTS} Tolokers", max=MAX_RECIPIENTS)
    return keys


def _filter(check: Checker) -> Any:
    if check.part("recipients_filter", required=True) is None:
        return None
    check_filter(check.data["recipients_filter"], check.at("recipients_filter"), check.errors)
    return check.data["recipients_filter"]


def languages(check: Checker, name: str, longest: int) -> dict[str, str]:
    """`{"EN": "text", ...}`, at least one."""
    part = check.part(name, required=True)
    if part is None:
        return {}
    if not part.data:
        check.fail(name, "EMPTY_OBJECT_NOT_ALLOWED", "Give a text in at least one language")
    for code in part.data:
        if not _LANGUAGE.fullmatch(code):
            part.fail(code[:20], "INVALID_VALUE", "A language's code like EN is expected")
        else:
            part.text(code, required=True, longest=longest)
    return dict(part.data)


def folders_form(body: Any) -> list[str]:
    """`{"folders": [...]}` of those that may be changed by hand. 400."""
    check = Checker(body)
    check.array("folders", required=True)
    for index, name in enumerate(check.ids("folders")):
        if name not in FOLDERS:
            check.fail(f"folders.{index}", "UNKNOWN_ENUM_VALUE", f"One of {', '.join(FOLDERS)} is expected")
        elif name not in BY_HAND:
            check.fail(f"folders.{index}", "VALUE_NOT_ALLOWED", "A thread is in this folder by what happened to it")
    check.finish()
    return list(check.data["folders"])
