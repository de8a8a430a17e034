"""/v1/trainings. A training is a row of pools, in the same space of ids."""
from typing import Any

from django.db import transaction

from sandbox import times
from sandbox.api import operations
from sandbox.api.door import my_id, my_project, my_training, owner_of
from sandbox.api.listing import Listing, each, without_nothing
from sandbox.api.pools import copy_of, lifecycle, named_project, new_in
from sandbox.engine import pools as engine, trainings
from sandbox.errors import ValidationError, inappropriate
from sandbox.forms.trainings import COLUMNS, training_form
from sandbox.http import Call, Reply
from sandbox.models import Pool

LISTING = Listing(times=("created", "last_started"), numbers=("id",), words={"status": ("OPEN", "CLOSED", "ARCHIVED", "LOCKED")})


def show(training: Pool) -> dict[str, Any]:
    return without_nothing({
        **training.form, "id": str(training.id), "owner": owner_of(training.project.requester_id), "status": training.status,
        "last_close_reason": training.last_close_reason or None, "created": times.show(training.created),
        "last_started": times.show(training.last_started), "last_stopped": times.show(training.last_stopped),
    })


def listing(call: Call) -> Any:
    rows = Pool.objects.filter(type="TRAINING", project__requester=call.requester).select_related("project")
    project = call.request.GET.get("project_id")
    if project is not None:
        rows = rows.filter(project_id=my_project(call, project).id)
    return LISTING.page(call, rows, each(show))


@transaction.atomic
def create(call: Call) -> Reply:
    form = training_form(call.body)
    project = named_project(call, form)
    skill = trainings.new_skill(my_id(call), form["private_name"], call.now)
    return Reply(show(new_in(project, form=form, training_skill=skill, created=call.now, **COLUMNS)), 201)


def one(call: Call, key: str) -> Any:
    return show(my_training(call, key))


@transaction.atomic
def replace(call: Call, key: str) -> Any:
    """The whole object, only while CLOSED. A training keeps its project."""
    my_training(call, key)
    form = training_form(call.body)
    project = named_project(call, form)
    training = engine.locked(int(key))
    if training.status != "CLOSED":
        raise inappropriate("CLOSED")
    if project.id != training.project_id:
        raise ValidationError({"project_id": {"code": "VALUE_NOT_ALLOWED", "message": "A training stays in its project"}})
    training.form, training.touched = form, call.now
    training.save(update_fields=["form", "touched"])
    trainings.edited(training)
    return show(training)


open_it, close, close_for_update, archive = lifecycle("TRAINING", my_training)


def clone(call: Call, key: str) -> Reply:
    """Always 202. The copy has a skill of its own."""
    original = my_training(call, key)
    with transaction.atomic():
        skill = trainings.new_skill(my_id(call), original.form["private_name"], call.now)
        copy = copy_of(original, call, training_skill=skill)
        return operations.accepted(call, "TRAINING.CLONE", {"training_id": str(original.id)}, details={"training_id": str(copy.id)})
