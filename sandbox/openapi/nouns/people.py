"""Skills, restrictions, bonuses, messages, webhooks, and who a Toloker is."""
from collections.abc import Callable
from typing import Any

from sandbox.api import bonuses, messages, restrictions, skills, user_metadata, webhooks
from sandbox.forms.bonuses import bonus_form
from sandbox.forms.checker import Checker
from sandbox.forms.messages import BY_HAND, FOLDERS, compose_form, folders_form, languages
from sandbox.forms.webhooks import subscription_form
from sandbox.openapi.forms import of_handler, schema_of
from sandbox.openapi.nouns.work import BATCH, made, one_or_many
from sandbox.openapi.shapes import (
    AMOUNT,
    BOOLEAN,
    HEX_ID,
    INTEGER,
    ITEM_ID,
    LANGUAGES,
    NUMBER_ID,
    OBJECT,
    OWNER,
    TEXT,
    TIME,
    UUID,
    Described,
    Schema,
    array,
    as_stored,
    listed,
    ref,
    thing,
    word,
    words,
)

_THREAD_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{24}$"}


def components() -> dict[str, Schema]:
    skill = of_handler(skills.create, public_name=LANGUAGES, public_requester_description=LANGUAGES)
    bonus = schema_of(bonus_form, public_title=LANGUAGES | {"required": False}, public_message=LANGUAGES | {"required": False})
    subscription = schema_of(subscription_form)
    return {
        "SkillForm": skill,
        "Skill": as_stored(skill, {"id": NUMBER_ID, "name": TEXT, "hidden": BOOLEAN, "global": BOOLEAN, "created": TIME},
                           owner=OWNER, training=BOOLEAN),
        "UserSkill": thing({"id": NUMBER_ID, "skill_id": NUMBER_ID, "user_id": HEX_ID, "value": INTEGER, "exact_value": {"type": "number"},
                            "created": TIME, "modified": TIME}),
        "UserRestriction": thing({"id": NUMBER_ID, "scope": word(*restrictions.SCOPES, "SYSTEM"), "user_id": HEX_ID, "created": TIME},
                                 project_id=NUMBER_ID, pool_id=NUMBER_ID, private_comment=TEXT, will_expire=TIME),
        "UserBonusForm": bonus,
        "UserBonus": as_stored(bonus, {"id": NUMBER_ID, "user_id": HEX_ID, "amount": AMOUNT, "created": TIME}, assignment_id=ITEM_ID),
        "MessageThread": thing({
            "id": _THREAD_ID, "topic": LANGUAGES, "folders": array(word(*FOLDERS)), "created": TIME, "answerable": BOOLEAN,
            "interlocutors_inlined": BOOLEAN, "messages_inlined": BOOLEAN,
            "messages": array(thing({"text": LANGUAGES, "from": thing({"id": HEX_ID, "role": TEXT, "myself": BOOLEAN}), "created": TIME}))},
            parent_id=_THREAD_ID, meta=OBJECT, compose_details=OBJECT,
            interlocutors=array(thing({"id": HEX_ID, "role": TEXT, "myself": BOOLEAN}))),
        "WebhookSubscriptionForm": subscription,
        "WebhookSubscription": thing({"id": _THREAD_ID, "event_type": subscription["properties"]["event_type"], "webhook_url": TEXT,
                                      "pool_id": NUMBER_ID, "created": TIME}),
    }


def _answer(body: Any) -> None:
    languages(Checker(body), "text", 1)


def _described_messages() -> dict[Callable[..., Any], Described]:
    thread: dict[int, Schema | None] = {201: ref("MessageThread")}
    folders = schema_of(folders_form, folders=array(word(*BY_HAND)) | {"required": True})
    compose = schema_of(compose_form, topic=LANGUAGES | {"required": True}, text=LANGUAGES | {"required": True},
                        recipients_filter=ref("Filter"))
    return {
        messages.listing: listed("My message threads", messages.LISTING, ref("MessageThread"), folder=words(*FOLDERS),
                                 folder_ne=words(*FOLDERS)),
        messages.compose: Described("Write to Tolokers", thread, compose),
        messages.one: Described("A thread", {200: ref("MessageThread")}),
        messages.reply: Described("Answer in a thread", thread, schema_of(_answer, text=LANGUAGES | {"required": True}),
                                  conflicts=("CONFLICT_STATE",)),
        messages.add_to_folders: Described("Put a thread into folders", thread, folders),
        messages.remove_from_folders: Described("Take a thread out of folders", thread, folders),
    }


def _described_webhooks() -> dict[Callable[..., Any], Described]:
    subscription = ref("WebhookSubscription")
    many = thing({"items": {"type": "object", "additionalProperties": subscription}, "validation_errors": OBJECT})
    tried = thing({"success": BOOLEAN, "uuids": array(UUID)}, responseReceivedAt=TIME, errorType=TEXT, originalStatusCode=INTEGER)
    return {
        webhooks.listing: listed("My webhook subscriptions", webhooks.LISTING, subscription, pool_id=TEXT),
        webhooks.put: Described("Subscribe", {200: {"anyOf": [subscription, many]}}, one_or_many(ref("WebhookSubscriptionForm")),
                                body_required=False),
        webhooks.one: Described("A subscription", {200: subscription}),
        webhooks.delete: Described("Unsubscribe", {204: None}),
        webhooks.test: Described("Call the webhook now", {201: tried}),
    }


def described() -> dict[Callable[..., Any], Described]:
    return {
        skills.listing: listed("My skills, or the platform's", skills.SKILLS, ref("Skill"), name=TEXT, **{"global": BOOLEAN}),
        skills.create: Described("Make a skill", {201: ref("Skill")}, ref("SkillForm")),
        skills.one: Described("A skill", {200: ref("Skill")}),
        skills.replace: Described("Replace a skill", {200: ref("Skill")}, ref("SkillForm"), conflicts=("SKILL_IS_TRAINING",)),
        skills.values: listed("Values of my skills", skills.USER_SKILLS, ref("UserSkill"), user_id=TEXT, skill_id=TEXT),
        skills.set_value: Described("Give a Toloker a skill's value", {200: ref("UserSkill")}, of_handler(skills.set_value),
                                    conflicts=("SKILL_IS_TRAINING",)),
        skills.one_value: Described("A value", {200: ref("UserSkill")}),
        skills.delete_value: Described("Take a skill away", {204: None}, conflicts=("SKILL_IS_TRAINING",)),
        restrictions.listing: listed("My restrictions", restrictions.LISTING, ref("UserRestriction"), user_id=TEXT, project_id=TEXT,
                                     pool_id=TEXT),
        restrictions.put: Described("Ban a Toloker", {200: ref("UserRestriction")}, of_handler(restrictions.put),
                                    conflicts=("SYSTEM_SCOPE_MODIFICATION",)),
        restrictions.one: Described("A restriction", {200: ref("UserRestriction")}),
        restrictions.delete: Described("Lift a ban", {204: None}),
        bonuses.listing: listed("My bonuses", bonuses.LISTING, ref("UserBonus"), user_id=TEXT, assignment_id=TEXT),
        bonuses.create: Described("Give bonuses", made(ref("UserBonus")), one_or_many(ref("UserBonusForm")), query=BATCH,
                                  conflicts=("NOT_ENOUGH_BALANCE", "OPERATION_ALREADY_EXISTS"), body_required=False),
        bonuses.one: Described("A bonus", {200: ref("UserBonus")}),
        user_metadata.one: Described("Who a Toloker is", {200: thing({
            "id": HEX_ID, "adult_allowed": BOOLEAN, "languages": array(TEXT), "attributes": OBJECT}, country=TEXT)}),
        **_described_messages(),
        **_described_webhooks(),
    }
