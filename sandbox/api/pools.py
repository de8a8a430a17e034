"""/v1/pools."""
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from sandbox import times
from sandbox.api import operations
from sandbox.api.door import my_project, my_regular_pool, my_training, owner_of
from sandbox.api.listing import Listing, each, without_nothing
from sandbox.api.references import check_dynamic
from sandbox.engine import forgotten, mixing, pools as engine
from sandbox.errors import ApiError, ValidationError, inappropriate
from sandbox.forms.checker import Checker
from sandbox.forms.filters import skills_in
from sandbox.forms.pools import columns_of, pool_form
from sandbox.http import Call, Reply
from sandbox.models import Pool, Project, Skill

LISTING = Listing(times=("created", "last_started"), numbers=("id",), words={"status": ("OPEN", "CLOSED", "ARCHIVED", "LOCKED")})


def show(pool: Pool) -> dict[str, Any]:
    return without_nothing({
        **pool.form, "id": str(pool.id), "owner": owner_of(pool.project.requester_id), "type": pool.type, "status": pool.status,
        "last_close_reason": pool.last_close_reason or None, "created": times.show(pool.created),
        "last_started": times.show(pool.last_started), "last_stopped": times.show(pool.last_stopped),
    })


def listing(call: Call) -> Any:
    rows = Pool.objects.filter(type="REGULAR", project__requester=call.requester).select_related("project")
    project = call.request.GET.get("project_id")
    if project is not None:
        rows = rows.filter(project_id=my_project(call, project).id)
    return LISTING.page(call, rows, each(show))


def named_project(call: Call, form: dict[str, Any]) -> Project:
    """The project that a pool or training belongs to. 400 unless it is there and mine."""
    try:
        return my_project(call, form["project_id"])
    except ApiError as error:
        raise ValidationError({"project_id": _absent(error, "project")}) from None


def _absent(error: ApiError, what: str) -> dict[str, str]:
    code = "ENTITY_ACCESS_DENIED" if error.code == "ACCESS_DENIED" else "ENTITY_DOES_NOT_EXIST"
    return {"code": code, "message": f"There is no such {what} of yours"}


def _checked(call: Call, pool: Pool | None = None) -> tuple[dict[str, Any], Project, Pool | None]:
    """The form, its project and its training: all existing and mine, its skills real, its fields those of the pool's (or newest) spec."""
    form = pool_form(call.body)
    project = named_project(call, form)
    spec = pool.spec if pool else project.specs.latest("number")
    errors = check_dynamic(call, form, spec.task_spec["output_spec"])
    wanted = skills_in(form.get("filter"))
    known = {str(key) for key in Skill.objects.filter(pk__in=[int(key) for key in wanted if len(key) < 18]).values_list("id", flat=True)}
    for key in sorted(wanted - known):
        errors["filter"] = {"code": "ENTITY_DOES_NOT_EXIST", "message": f"There is no skill {key}"}
    training = _training_of(call, form, errors)
    if errors:
        raise ValidationError(errors)
    return form, project, training


def _training_of(call: Call, form: dict[str, Any], errors: dict[str, Any]) -> Pool | None:
    requirement = (form.get("quality_control") or {}).get("training_requirement")
    if not requirement:
        return None
    try:
        return my_training(call, requirement["training_pool_id"])
    except ApiError as error:
        errors["quality_control.training_requirement.training_pool_id"] = _absent(error, "training")
        return None


def new_in(project: Project, **columns: Any) -> Pool:
    """A new CLOSED pool or training with the project's newest spec. 409 PROJECT_INAPPROPRIATE_STATUS."""
    # Shared with archiving: a pool cannot slip into a project that is being archived.
    project = Project.objects.select_for_update().get(pk=project.id)
    if project.status != "ACTIVE":
        raise ApiError("PROJECT_INAPPROPRIATE_STATUS")
    pool = Pool.objects.create(project=project, spec=project.specs.latest("number"), **columns)
    forgotten.watch(pool)
    return pool


@transaction.atomic
def create(call: Call) -> Reply:
    form, project, training = _checked(call)
    return Reply(show(new_in(project, form=form, training=training, created=call.now, **columns_of(form))), 201)


def one(call: Call, key: str) -> Any:
    return show(my_regular_pool(call, key))


@transaction.atomic
def replace(call: Call, key: str) -> Any:
    """The whole object, only while CLOSED. A pool keeps its project."""
    form, project, training = _checked(call, my_regular_pool(call, key))
    pool = engine.locked(int(key))
    if pool.status != "CLOSED":
        raise inappropriate("CLOSED")
    if project.id != pool.project_id:
        raise ValidationError({"project_id": {"code": "VALUE_NOT_ALLOWED", "message": "A pool stays in its project"}})
    mixed = mixing.mixes(pool)
    pool.form, pool.training = form, training
    if mixing.mixes(pool) != mixed and pool.tasks.exists():
        raise ApiError("POOL_TASK_TYPE_CONFLICT", "Who makes the pages of a pool with tasks, mixer_config or the requester, is fixed")
    for name, value in columns_of(form).items():
        setattr(pool, name, value)
    pool.touched = call.now
    pool.save(update_fields=["form", "training", "reward_per_assignment", "priority", "will_expire", "touched"])
    return show(pool)


@transaction.atomic
def change(call: Call, key: str) -> Any:
    """`{priority}`, in any state but the archive."""
    my_regular_pool(call, key)
    check = Checker(call.body)
    priority = check.integer("priority", 0, 100, required=True)
    check.finish()
    pool = engine.locked(int(key))
    if pool.status == "ARCHIVED":
        raise inappropriate("OPEN", "CLOSED")
    pool.priority, pool.form, pool.touched = int(priority or 0), {**pool.form, "priority": priority}, call.now
    pool.save(update_fields=["priority", "form", "touched"])
    return show(pool)


def lifecycle(noun: str, find: Callable[[Call, str], Pool]) -> Iterator[Callable[..., Any]]:
    """open, close, close-for-update and archive of POOL or TRAINING: 202 with a finished operation, or 204 if there was nothing to do."""

    def verb(kind: str, act: Callable[[int, datetime], bool]) -> Callable[..., Any]:
        def handler(call: Call, key: str) -> Any:
            pool = find(call, key)
            parameters = {f"{noun.lower()}_id": str(pool.id)}
            return operations.accepted(call, f"{noun}.{kind}", parameters) if act(pool.id, call.now) else Reply(None, 204)

        return handler

    yield verb("OPEN", engine.open_pool)
    yield verb("CLOSE", engine.close_pool)
    yield verb("CLOSE", lambda pool_id, at: engine.close_pool(pool_id, at, "FOR_UPDATE"))
    yield verb("ARCHIVE", engine.archive_pool)


open_it, close, close_for_update, archive = lifecycle("POOL", my_regular_pool)


def clone(call: Call, key: str) -> Reply:
    """Always 202: toloka-kit parses the answer's body unconditionally."""
    original = my_regular_pool(call, key)
    with transaction.atomic():
        copy = copy_of(original, call, training=original.training)
        return operations.accepted(call, "POOL.CLONE", {"pool_id": str(original.id)}, details={"pool_id": str(copy.id)})


def copy_of(original: Pool, call: Call, **columns: Any) -> Pool:
    """A new CLOSED one with the same form, collectors included, and no tasks."""
    return new_in(original.project, form=original.form, type=original.type, reward_per_assignment=original.reward_per_assignment,
                  priority=original.priority, will_expire=original.will_expire, cloned=True, touched=call.now, created=call.now, **columns)
