"""Checking a project's form."""
from typing import Any

from sandbox.forms.checker import Checker, form_of
from sandbox.forms.quality import check_quality, with_collector_ids
from sandbox.specs import check_spec

READ_ONLY = ("id", "owner", "status", "created")


def project_form(body: Any) -> dict[str, Any]:
    """The form to store, or 400. view_spec gets the keys that clients rely on: `type`, and `lock` for tb."""
    check = Checker(body)
    check.text("public_name", required=True, longest=1_000)
    for name in ("public_description", "public_instructions", "private_comment"):
        check.text(name)
    _check_issuing(check)
    for name in ("assignments_automerge_enabled", "sensitive"):
        check.boolean(name)
    check.integer("max_active_assignments_count", 1)
    check.part("metadata")
    spec = check.part("task_spec", required=True)
    if spec:
        check_spec(spec.data.get("input_spec"), "task_spec.input_spec", check.errors)
        check_spec(spec.data.get("output_spec"), "task_spec.output_spec", check.errors)
        _check_view(spec)
    check_quality(check)
    check.finish()
    form = with_collector_ids(form_of(body, READ_ONLY))
    form.setdefault("assignments_issuing_type", "AUTOMATED")
    view = form["task_spec"]["view_spec"]
    view.setdefault("type", "tb" if "config" in view else "classic")
    if view["type"] == "tb":
        view.setdefault("lock", None)
    return form


def _check_issuing(check: Checker) -> None:
    by_map = check.choice("assignments_issuing_type", ("AUTOMATED", "MAP_SELECTOR")) == "MAP_SELECTOR"
    card = check.part("assignments_issuing_view_config", required=by_map)
    if card:
        card.text("title_template", required=by_map)
        card.text("description_template", required=by_map)
        card.choice("map_provider", ("GOOGLE", "YANDEX"))


def _check_view(spec: Checker) -> None:
    view = spec.part("view_spec", required=True)
    if view is None:
        return
    view.choice("type", ("tb", "classic"))
    for name in ("markup", "script", "styles"):
        view.text(name)
    view.part("settings")
    assets = view.part("assets")
    if assets:
        assets.array("script_urls")
        assets.array("style_urls")
