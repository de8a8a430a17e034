"""/v1/requester, /v1/projects."""
from typing import Any

from django.db import transaction
from django.db.models import CharField
from django.db.models.expressions import RawSQL

from sandbox import specs, times
from sandbox.api import operations
from sandbox.api.door import my_project, owner_of
from sandbox.api.listing import Listing, each
from sandbox.engine import pools as pool_engine
from sandbox.errors import inappropriate
from sandbox.forms.projects import project_form
from sandbox.http import Call, Reply
from sandbox.models import Project, ProjectSpec

SORTABLE = ("public_name", "private_comment")
LISTING = Listing(times=("created",), numbers=("id",), words={"status": ("ACTIVE", "ARCHIVED", "LOCKED")}, sortable=SORTABLE)


def requester(call: Call) -> Any:
    me = call.requester
    assert me is not None
    return {"id": me.id, "balance": me.balance, "public_name": {"EN": me.name}, "company": {"id": "1", "superintendent_id": me.id}}


def show(project: Project) -> dict[str, Any]:
    return {**project.form, "id": str(project.id), "owner": owner_of(project.requester_id), "status": project.status,
            "created": times.show(project.created)}


def listing(call: Call) -> Any:
    texts = {name: RawSQL("form::jsonb ->> %s", [name], CharField()) for name in SORTABLE}
    rows = Project.objects.filter(requester=call.requester).alias(**texts)
    owner = call.request.GET.get("owner")
    return LISTING.page(call, rows.filter(requester_id=owner) if owner else rows, each(show))


@transaction.atomic
def create(call: Call) -> Reply:
    form = project_form(call.body)
    assert call.requester is not None
    project = Project.objects.create(requester=call.requester, form=form, created=call.now)
    ProjectSpec.objects.create(project=project, number=1, task_spec=form["task_spec"])
    return Reply(show(project), 201)


def one(call: Call, key: str) -> Any:
    return show(my_project(call, key))


@transaction.atomic
def replace(call: Call, key: str) -> Any:
    """The whole object. A breaking spec is for new pools only; anything else reaches existing pools too. 409 if archived."""
    my_project(call, key)
    project = Project.objects.select_for_update().get(pk=int(key))
    form = project_form(call.body)
    if project.status != "ACTIVE":
        raise inappropriate("ACTIVE")
    latest = project.specs.latest("number")
    if specs.difference(latest.task_spec, form["task_spec"]) == "BREAKING_CHANGE":
        ProjectSpec.objects.create(project=project, number=latest.number + 1, task_spec=form["task_spec"])
    else:
        latest.task_spec = form["task_spec"]
        latest.save(update_fields=["task_spec"])
    project.form = form
    project.save(update_fields=["form"])
    return show(project)


def archive(call: Call, key: str) -> Reply:
    """Always 202: toloka-kit parses the answer's body even if nothing had to be done."""
    pool_engine.archive_project(my_project(call, key).id)
    return operations.accepted(call, "PROJECT.ARCHIVE", {"project_id": key})


def check(call: Call, key: str) -> Any:
    """What a PUT of this body would be."""
    project = my_project(call, key)
    form = project_form(call.body)
    level = specs.difference(project.specs.latest("number").task_spec, form["task_spec"])
    before, after = ({**known, "task_spec": None} for known in (project.form, form))
    return {"differenceLevel": "NON_BREAKING_CHANGE" if level == "EQUAL" and before != after else level}
