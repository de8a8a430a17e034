"""A verification project and pool as Toloka's JSON, and its answers as our dataclasses.

The page is the one of Toloka's own example of object detection: the image annotation switched off, one question below it, keys 1 and 2.
"""
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from crowdsourcing.providers.asking import BAD, GOOD, AskingPoolSpec, AskingProjectSpec, Question, RemoteAnswer, RemotePage, RemoteQuestion
from crowdsourcing.providers.toloka.marks import introduced, marked
from crowdsourcing.providers.toloka.words import moment, text_of, understood, without_nul

IMAGE, SELECTION, KEY, RESULT = "image", "selection", "assignment_id", "result"
_COMPONENTS = (
    "core", "field.image-annotation", "condition.required", "field.radio-group", "view.list", "action.set", "plugin.hotkeys")
_LOCK = dict.fromkeys(_COMPONENTS, "1.0.0")


def project_json(spec: AskingProjectSpec) -> dict[str, Any]:
    return {
        **introduced(spec), **marked(spec.mark),
        "task_spec": {
            "input_spec": {name: _entry(kind) for name, kind in ((IMAGE, "url"), (SELECTION, "json"), (KEY, "string"))},
            "output_spec": {RESULT: {**_entry("string"), "allowed_values": [GOOD, BAD]}},
            "view_spec": {"type": "tb", "inferDataSpec": False, "lock": dict(_LOCK), "config": json.dumps(_page(spec))},
        },
    }


def _entry(kind: str) -> dict[str, Any]:
    return {"type": kind, "required": True, "hidden": False}


def _page(spec: AskingProjectSpec) -> dict[str, Any]:
    picture = {
        "type": "field.image-annotation", "image": {"type": "data.input", "path": IMAGE}, "disabled": True,
        "data": {"type": "data.internal", "path": SELECTION, "default": {"type": "data.input", "path": SELECTION}}}
    if spec.labels:
        picture["labels"] = [{"value": value, "label": label} for value, label in spec.labels]
    choice = {
        "type": "field.radio-group", "label": spec.question, "data": _output(), "validation": {"type": "condition.required"},
        "options": [{"label": "Yes", "value": GOOD}, {"label": "No", "value": BAD}]}
    keys = {str(number): {"type": "action.set", "data": _output(), "payload": value} for number, value in enumerate((GOOD, BAD), 1)}
    return {"view": {"type": "view.list", "items": [picture, choice]}, "plugins": [{"type": "plugin.hotkeys", **keys}]}


def _output() -> dict[str, str]:
    return {"type": "data.output", "path": RESULT}


def pool_json(spec: AskingPoolSpec) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "project_id": spec.project_id,
        "private_name": spec.name,
        **marked(spec.mark),
        "may_contain_adult_content": spec.may_contain_adult_content,
        "reward_per_assignment": spec.reward_per_assignment,
        "assignment_max_duration_seconds": spec.assignment_max_duration_seconds,
        "will_expire": text_of(spec.will_expire),
        "filter": spec.filter,
        "defaults": {"default_overlap_for_new_task_suites": spec.overlap},
        "mixer_config": _mixer(spec),
        "quality_control": {"configs": list(spec.quality_rules)},
    }
    if spec.dynamic_overlap:
        wanted["dynamic_overlap_config"] = {
            "type": "BASIC", "max_overlap": spec.max_overlap, "min_confidence": spec.min_confidence,
            "answer_weight_skill_id": spec.weight_skill_id, "fields": [{"name": RESULT}]}
    return wanted


def _mixer(spec: AskingPoolSpec) -> dict[str, Any]:
    """Smart mixing as the notebook has it, and what a page may fall short of where that is wanted."""
    mixer: dict[str, Any] = {"real_tasks_count": spec.tasks_per_page, "golden_tasks_count": 0, "training_tasks_count": 0,
                             "mix_tasks_in_creation_order": True, "force_last_assignment": True}
    if spec.min_tasks_per_page is not None:
        mixer["min_real_tasks_count"] = spec.min_tasks_per_page
    if spec.last_page_delay_seconds:
        mixer["force_last_assignment_delay_seconds"] = spec.last_page_delay_seconds
    return mixer


def merged_pool(found: dict[str, Any], spec: AskingPoolSpec) -> dict[str, Any]:
    """The platform's pool with our wishes in it. Rules that the platform numbered keep their numbers, so that their counts go on."""
    wanted = pool_json(spec)
    kept = {key: value for key, value in found.items() if key != "dynamic_overlap_config"}
    there = (found.get("quality_control") or {}).get("configs") or []
    configs = [next((config for config in there if _same_rule(config, rule)), rule) for rule in spec.quality_rules]
    return {**kept, **wanted, "quality_control": {**(found.get("quality_control") or {}), "configs": configs}}


def _same_rule(config: dict[str, Any], rule: dict[str, Any]) -> bool:
    collector = {key: value for key, value in (config.get("collector_config") or {}).items() if key != "uuid"}
    return collector == rule["collector_config"] and config.get("rules") == rule["rules"]


def question_json(pool_id: str, question: Question, overlap: int, index: int) -> dict[str, Any]:
    values = {IMAGE: question.image, SELECTION: question.regions, KEY: question.key}
    return {"pool_id": pool_id, "input_values": values, "overlap": overlap, "__item_idx": str(index)}


@understood
def question_from(item: dict[str, Any], seen_at: datetime) -> RemoteQuestion:
    return RemoteQuestion(str(item["id"]), str((item.get("input_values") or {}).get(KEY) or ""), int(item.get("overlap") or 0), seen_at)


@understood
def page_from(item: dict[str, Any], asked_at: datetime) -> RemotePage:
    pairs = zip(item.get("tasks") or [], item.get("solutions") or [], strict=False)
    answers = {str(task["id"]): str(without_nul((solution.get("output_values") or {}).get(RESULT) or "")) for task, solution in pairs}
    return RemotePage(str(item["id"]), str(item.get("user_id") or ""), str(item["status"]), moment(item.get("submitted")) or asked_at,
                      {key: answer for key, answer in answers.items() if answer},
                      Decimal(str(item["reward"])) if item.get("reward") is not None else None)


@understood
def answer_from(item: dict[str, Any]) -> RemoteAnswer:
    return RemoteAnswer(str(item["task_id"]), str((item.get("output_values") or {}).get(RESULT) or ""), float(item.get("confidence") or 0))
