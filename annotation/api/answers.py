"""Things as a GET of the REST API would show them, outside of any request: what webhooks send. Addresses begin with PUBLIC_URL."""
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import orjson
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from rest_framework.request import Request as ApiRequest

from annotation.api.json import JSONRenderer
from annotation.models import Comment, Invitation, Issue, Job, Organization, OrganizationMember, Project, Request, Task, Webhook
from annotation.webhooks.events import BOTH, ORGANIZATION, Answers, Event, Kind, register

_TITLES = {"create": "made", "update": "changed", "delete": "deleted"}


class _Nobody(HttpRequest):
    """A request that nobody made."""

    def build_absolute_uri(self, location: str | None = None) -> str:
        """Below PUBLIC_URL: the host of a request is not known here."""
        return f"{settings.PUBLIC_URL}{location or ''}"


def asked_by_nobody() -> ApiRequest:
    """For serializers and views: somebody who sees everything, and whose answers are for no one in particular."""
    request = _Nobody()
    request.method = "GET"
    asked = ApiRequest(request)
    asked.user = get_user_model()(is_superuser=True, is_staff=True, is_active=True)
    return asked


def answers_of(view_of: Callable[[], type[Any]], keys: Sequence[Any]) -> dict[Any, dict[str, Any]]:
    """pk -> the answer of the view's retrieve, plain JSON. Things that are not there are left out."""
    view = view_of()()
    view.request, view.format_kwarg, view.kwargs, view.action = asked_by_nobody(), None, {}, "retrieve"
    rows = list(view.get_queryset().filter(pk__in=list(keys)))
    shown = view.get_serializer_class()(rows, many=True, context=view.get_serializer_context()).data
    plain = orjson.loads(JSONRenderer().render(list(shown)))
    return {row.pk: answer for row, answer in zip(rows, plain, strict=True)}


def lazily(module: str, name: str) -> Answers:
    """`answers_of` for a view that is imported when it is first needed."""
    def view_of() -> type[Any]:
        from importlib import import_module

        return getattr(import_module(module), name)
    return partial(answers_of, view_of)


def events_of(kind: str, group: str, verbs: Sequence[str], types: tuple[str, ...] = BOTH) -> list[Event]:
    """create, update and delete of one kind."""
    return [Event(f"{verb}:{kind}", group, f"{kind.capitalize()} {_TITLES[verb]}", types) for verb in verbs]


_ALL = ("create", "update", "delete")
# As GET /api/requests calls them, and whether CVAT has the name too.
_COMPLETED = (
    ("create:task", "Task filled with images", False), ("export:annotations", "Export of annotations over", False),
    ("export:dataset", "Export with images over", False), ("export:backup", "Backup over", False),
    ("import:annotations", "Import of annotations over", True), ("import:dataset", "Import of a dataset over", True),
)


def register_answers() -> None:
    """The kinds of this room."""
    views = "annotation.api.views"
    project = Kind("project", Project, lazily(f"{views}.projects", "ProjectView"), project="pk")
    register(project, [*events_of("project", "Projects", ("create", "delete"), (ORGANIZATION,)),
                       *events_of("project", "Projects", ("update",))])
    for name, model, module, path in (
            ("task", Task, "tasks", "project_id"), ("job", Job, "tasks", "task__project_id"),
            ("issue", Issue, "issues", "job__task__project_id"), ("comment", Comment, "issues", "issue__job__task__project_id")):
        kind = Kind(name, model, lazily(f"{views}.{module}", f"{name.capitalize()}View"), project=path)
        register(kind, events_of(name, f"{name.capitalize()}s", _ALL))
    request = Kind("request", Request, lazily(f"{views}.requests", "RequestView"),
                   project=Coalesce("project_id", "task__project_id", "job__task__project_id"))
    register(request, [Event(f"completed:request[{name}]", "Background work", title, more=more) for name, title, more in _COMPLETED])
    _register_teams(f"{views}.organizations")
    # Told of by pings only.
    register(Kind("webhook", Webhook, lazily(f"{views}.webhooks", "WebhookView"), project="project_id"), [])


def _register_teams(views: str) -> None:
    only = (ORGANIZATION,)
    register(Kind("organization", Organization, lazily(views, "OrganizationView"), organization="pk"),
             events_of("organization", "Organization", ("update",), only))
    register(Kind("membership", OrganizationMember, lazily(views, "MembershipView"), organization="organization"),
             events_of("membership", "Organization", _ALL, only))
    shown = lazily(views, "InvitationView")

    def without_link(keys: Sequence[Any]) -> dict[Any, dict[str, Any]]:
        """Whoever has the key takes the place."""
        return {key: {name: value for name, value in answer.items() if name != "key"} for key, answer in shown(keys).items()}

    register(Kind("invitation", Invitation, without_link, organization="organization"),
             events_of("invitation", "Organization", ("create", "delete"), only))
