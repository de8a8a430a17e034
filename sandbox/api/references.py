"""Objects that a body names by id: they have to exist, and be the caller's."""
from typing import Any

from django.db.models import Q

from sandbox.api.door import my_id
from sandbox.forms.aggregation import check_fields
from sandbox.forms.checker import Checker
from sandbox.http import Call
from sandbox.models import Skill


def check_skill(call: Call, check: Checker, name: str) -> int | None:
    """The id in this field, of the requester's own skill or one of the platform's; else what is wrong is noted. None if absent."""
    key = check.text(name)
    if key is None:
        return None
    usable = Skill.objects.filter(Q(requester_id=my_id(call)) | Q(requester=None))
    if not (key.isascii() and key.isdigit() and len(key) < 18 and usable.filter(pk=int(key)).exists()):
        check.fail(name, "ENTITY_DOES_NOT_EXIST", "There is no such skill of yours")
        return None
    return int(key)


def check_dynamic(call: Call, form: dict[str, Any], output_spec: dict[str, Any]) -> dict[str, Any]:
    """Errors by path of a (well-formed) pool's dynamic overlap and pricing: skills that are not there, fields that cannot be used."""
    check = Checker(form)
    overlap, pricing = check.part("dynamic_overlap_config"), check.part("dynamic_pricing_config")
    if overlap:
        check_skill(call, overlap, "answer_weight_skill_id")
        check_fields(overlap, output_spec)
    if pricing:
        check_skill(call, pricing, "skill_id")
    return check.errors
