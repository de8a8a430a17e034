"""Objects that a body names by id: they have to exist, and be the caller's."""
from django.db.models import Q

from sandbox.api.door import my_id
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
