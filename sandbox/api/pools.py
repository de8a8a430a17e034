"""/v1/pools."""
from collections.abc import Callable
from typing import Any

from django.db import transaction

from sandbox import times
from sandbox.api import operations
from sandbox.api.door import my_pool, my_project, owner_of
from sandbox.api.listing import Listing, each, without_nothing
from sandbox.engine import pools as engine
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
    rows = Pool.objects.filter(project__requester=call.requester).select_related("project")
    project = call.request.GET.get("project_id")
    if project is not None:
        rows = rows.filter(project_id=my_project(call, project).id)
    return LISTING.page(call, rows, each(show))


def _checked(call: Call) -> tuple[dict[str, Any], Project]:
    """The form and its project: existing, mine, and its filter's skills real."""
    form = pool_form(call.body)
    errors: dict[str, Any] = {}
    try:
        project = my_project(call, form["project_id"])
    except ApiError as error:
        code = "ENTITY_ACCESS_DENIED" if error.code == "ACCESS_DENIED" else "ENTITY_DOES_NOT_EXIST"
        raise ValidationError({"project_id": {"code": code, "message": "There is no such project of yours"}}) from None
    wanted = skills_in(form.get("filter"))
    known = {str(key) for key in Skill.objects.filter(pk__in=[int(key) for key in wanted if len(key) < 18]).values_list("id", flat=True)}
    for key in sorted(wanted - known):
        errors["filter"] = {"code": "ENTITY_DOES_NOT_EXIST", "message": f"There is no skill {key}"}
    if errors:
        raise ValidationError(errors)
    return form, project


@transaction.atomic
def create(call: Call) -> Reply:
    form, project = _checked(call)
    # Shared with archiving: a pool cannot slip into a project that is being archived.
    project = Project.objects.select_for_update().get(pk=project.id)
    if project.status != "ACTIVE":
        raise ApiError("PROJECT_INAPPROPRIATE_STATUS")
    spec = project.specs.latest("number")
    pool = Pool.objects.create(project=project, spec=spec, form=form, created=call.now, **columns_of(form))
    return Reply(show(pool), 201)


def one(call: Call, key: str) -> Any:
    return show(my_pool(call, key))


@transaction.atomic
def replace(call: Call, key: str) -> Any:
    """The whole object, only while CLOSED. A pool keeps its project."""
    my_pool(call, key)
    form, project = _checked(call)
    pool = engine.locked(int(key))
    if pool.status != "CLOSED":
        raise inappropriate("CLOSED")
    if project.id != pool.project_id:
        raise ValidationError({"project_id": {"code": "VALUE_NOT_ALLOWED", "message": "A pool stays in its project"}})
    pool.form = form
    for name, value in columns_of(form).items():
        setattr(pool, name, value)
    pool.save(update_fields=["form", "reward_per_assignment", "priority", "will_expire"])
    return show(pool)


@transaction.atomic
def change(call: Call, key: str) -> Any:
    """`{priority}`, in any state but the archive."""
    my_pool(call, key)
    check = Checker(call.body)
    priority = check.integer("priority", 0, 100, required=True)
    check.finish()
    pool = engine.locked(int(key))
    if pool.status == "ARCHIVED":
        raise inappropriate("OPEN", "CLOSED")
    pool.priority, pool.form = int(priority or 0), {**pool.form, "priority": priority}
    pool.save(update_fields=["priority", "form"])
    return show(pool)


def _verb(kind: str, act: Callable[[int, Call], bool]) -> Callable[..., Any]:
    """202 with a finished operation, or 204 if there was nothing to do."""

    def handler(call: Call, key: str) -> Any:
        pool = my_pool(call, key)
        return operations.accepted(call, kind, {"pool_id": str(pool.id)}) if act(pool.id, call) else Reply(None, 204)

    return handler


open_it = _verb("POOL.OPEN", lambda pool_id, call: engine.open_pool(pool_id, call.now))
close = _verb("POOL.CLOSE", lambda pool_id, call: engine.close_pool(pool_id, call.now))
close_for_update = _verb("POOL.CLOSE", lambda pool_id, call: engine.close_pool(pool_id, call.now, "FOR_UPDATE"))
archive = _verb("POOL.ARCHIVE", lambda pool_id, call: engine.archive_pool(pool_id, call.now))
