"""Projects and jobs of Toloka's own image annotation (`field.image-annotation`) as its JSON, and what comes back."""
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crowdsourcing.providers.base import RemoteTask
from crowdsourcing.providers.drawing import DrawingPage, DrawingProjectSpec
from crowdsourcing.providers.toloka.marks import introduced, marked

IMAGE, FRAME, KEY, RESULT = "image", "frame", "job_key", "result"
_COMPONENTS = ("core", "field.image-annotation", "condition.required", "view.list", "plugin.toloka")
_LOCK = dict.fromkeys(_COMPONENTS, "1.0.0")
SHAPES = ("rectangle", "polygon", "point")


def project_json(spec: DrawingProjectSpec) -> dict[str, Any]:
    # Hidden fields are the requester's: the Toloker's page does not get them.
    ours = {KEY: {"type": "string", "required": True, "hidden": True}, FRAME: {"type": "integer", "required": True, "hidden": True}}
    return {
        **introduced(spec), **marked(spec.mark),
        "task_spec": {
            "input_spec": {IMAGE: {"type": "url", "required": True, "hidden": False}, **ours},
            # Nothing drawn is nothing said: a page that must have something asks for it itself.
            "output_spec": {RESULT: {"type": "json", "required": spec.needed, "hidden": False}},
            "view_spec": {"type": "tb", "inferDataSpec": False, "lock": dict(_LOCK), "config": json.dumps(_page(spec))},
        },
    }


def _page(spec: DrawingProjectSpec) -> dict[str, Any]:
    picture: dict[str, Any] = {
        "type": "field.image-annotation", "data": {"type": "data.output", "path": RESULT}, "fullHeight": True,
        "image": {"type": "data.input", "path": IMAGE}, "shapes": {name: True for name in SHAPES if name in spec.shapes}}
    if spec.labels:
        picture["labels"] = [{"value": name, "label": name, "color": colour} for name, colour in spec.labels]
    if spec.needed:
        picture["validation"] = {"type": "condition.required", "hint": "Mark at least one object."}
    plugin = {"type": "plugin.toloka", "layout": {"kind": "pager"}}
    return {"view": {"type": "view.list", "items": [picture]}, "plugins": [plugin]}


def page_json(pool_id: str, page: DrawingPage, index: int, *, together: bool, overlap: int = 1) -> dict[str, Any]:
    tasks = [{"input_values": {IMAGE: address, FRAME: number, KEY: page.job_key}} for number, address in page.images]
    common = {"pool_id": pool_id, "overlap": overlap, "__item_idx": str(index)}
    return {**common, "tasks": tasks} if together else {**common, **tasks[0]}


def suite_from(item: dict[str, Any], seen_at: datetime) -> RemoteTask:
    """A task suite as the job that it is."""
    first = (item.get("tasks") or [{}])[0]
    key = str((first.get("input_values") or {}).get(KEY) or "")
    return RemoteTask(str(item["id"]), str(item.get("pool_id") or ""), key, int(item.get("overlap") or 0), seen_at)


def are_drawings(tasks: Sequence[dict[str, Any]]) -> bool:
    return bool(tasks) and FRAME in (tasks[0].get("input_values") or {})


def drawn(tasks: Sequence[dict[str, Any]], solutions: Sequence[dict[str, Any] | None]) -> dict[str, Any]:
    """The solution of a job: regions by frame, in the order of the page. Missing answers are None."""
    answers = [*solutions, *[None] * (len(tasks) - len(solutions))]
    return {"frames": [{"frame": task["input_values"][FRAME], RESULT: ((answer or {}).get("output_values") or {}).get(RESULT)}
                       for task, answer in zip(tasks, answers, strict=False)]}
