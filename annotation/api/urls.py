"""Doors of the annotation API. Trailing slashes are CVAT's: none, except where its clients send one."""
from typing import Any

from django.urls import path, re_path

from annotation.api import editor, editor_issues
from annotation.api.views.access import AccessTokenView, AuthView
from annotation.api.views.backups import ProjectRestoreView, TaskRestoreView
from annotation.api.views.cloudstorages import CloudStorageView, ShareView
from annotation.api.views.guides import AssetView, GuideView
from annotation.api.views.issues import CommentView, IssueView
from annotation.api.views.organizations import InvitationView, MembershipView, OrganizationView
from annotation.api.views.people import UserView
from annotation.api.views.projects import LabelView, ProjectView
from annotation.api.views.requests import RequestView
from annotation.api.views.server import NowhereView, ServerView
from annotation.api.views.tasks import JobView, TaskView
from annotation.api.views.webhooks import DeliveryView, WebhookView

_ANNOTATIONS = {"get": "annotations", "put": "put_annotations", "patch": "patch_annotations", "delete": "delete_annotations"}
_DATA: dict[str, Any] = {"get": "look_at_data", "post": "send_data"}


def door(address: str, view: Any, **actions: Any) -> Any:
    """One address: HTTP method -> method of the view."""
    return path(address, view.as_view(actions))


urlpatterns = [
    # Tried one after the other: those that editors and programs open all the time come first.
    door("jobs", JobView, get="list", post="create"),
    door("jobs/<int:pk>", JobView, get="retrieve", patch="partial_update", delete="destroy"),
    door("jobs/<int:pk>/validation_layout", JobView, get="validation_layout", patch="change_validation_layout"),
    door("jobs/<int:pk>/data", JobView, get="look_at_data"),
    door("jobs/<int:pk>/data/meta", JobView, get="data_meta", patch="change_data_meta"),
    door("jobs/<int:pk>/preview", JobView, get="preview"),
    re_path(r"^jobs/(?P<pk>[0-9]{1,18})/annotations/?$", JobView.as_view({**_ANNOTATIONS, "post": "send_annotations"})),
    door("jobs/<int:pk>/annotations/<uuid:key>", JobView, patch="append_piece", head="tell_offset"),
    door("jobs/<int:pk>/dataset/export", JobView, post="export"),
    door("jobs/<int:pk>/snapshots", JobView, get="snapshots"),
    door("jobs/<int:pk>/differences", JobView, get="differences"),
    door("labels", LabelView, get="list"),
    door("labels/<int:pk>", LabelView, get="retrieve", patch="partial_update", delete="destroy"),
    path("editor/job", editor.JobView.as_view()),
    path("editor/frames/<int:number>", editor.FrameView.as_view()),
    path("editor/annotations", editor.AnnotationsView.as_view()),
    path("editor/submit", editor.SubmitView.as_view()),
    path("editor/issues", editor_issues.IssueListView.as_view()),
    path("editor/issues/<int:pk>", editor_issues.IssueOneView.as_view()),
    path("editor/issues/<int:pk>/comments", editor_issues.IssueCommentsView.as_view()),
    path("editor/comments/<int:pk>", editor_issues.CommentOneView.as_view()),
    door("server/about", ServerView, get="about"),
    door("server/share", ShareView, get="share"),
    door("cloudstorages", CloudStorageView, get="list", post="create"),
    door("cloudstorages/<int:pk>", CloudStorageView, get="retrieve", patch="partial_update", delete="destroy"),
    door("cloudstorages/<int:pk>/status", CloudStorageView, get="status"),
    door("cloudstorages/<int:pk>/actions", CloudStorageView, get="actions"),
    door("cloudstorages/<int:pk>/content-v2", CloudStorageView, get="content"),
    door("server/annotation/formats", ServerView, get="formats"),
    door("users", UserView, get="list"),
    door("users/self", UserView, get="self"),
    door("users/<int:pk>", UserView, get="retrieve", patch="partial_update"),
    door("organizations", OrganizationView, get="list", post="create"),
    door("organizations/<int:pk>", OrganizationView, get="retrieve", patch="partial_update", delete="destroy"),
    door("organizations/<int:pk>/owner", OrganizationView, post="hand_over"),
    door("memberships", MembershipView, get="list"),
    door("memberships/<int:pk>", MembershipView, get="retrieve", patch="partial_update", delete="destroy"),
    door("invitations", InvitationView, get="list", post="create"),
    door("invitations/<str:pk>", InvitationView, get="retrieve", delete="destroy"),
    door("invitations/<str:pk>/accept", InvitationView, post="accept"),
    door("invitations/<str:pk>/decline", InvitationView, post="decline"),
    door("invitations/<str:pk>/resend", InvitationView, post="resend"),
    door("auth/login", AuthView, post="login"),
    door("auth/logout", AuthView, post="logout"),
    door("auth/register", AuthView, post="register"),
    door("auth/password/change", AuthView, post="change_password"),
    door("auth/access_tokens", AccessTokenView, get="list", post="create"),
    door("auth/access_tokens/self", AccessTokenView, get="current"),
    door("auth/access_tokens/<int:pk>", AccessTokenView, get="retrieve", patch="partial_update", delete="destroy"),
    door("projects", ProjectView, get="list", post="create"),
    door("projects/<int:pk>", ProjectView, get="retrieve", patch="partial_update", delete="destroy"),
    door("projects/<int:pk>/dataset/", ProjectView, post="send_dataset"),
    door("projects/<int:pk>/dataset/<uuid:key>", ProjectView, patch="append_piece", head="tell_offset"),
    door("projects/<int:pk>/dataset/export", ProjectView, post="export"),
    door("projects/<int:pk>/preview", ProjectView, get="preview"),
    door("projects/<int:pk>/backup/export", ProjectView, post="export_backup"),
    door("projects/backup/", ProjectRestoreView, post="restore"),
    door("projects/backup/<uuid:key>", ProjectRestoreView, patch="append_piece", head="tell_offset"),
    door("tasks", TaskView, get="list", post="create"),
    door("tasks/<int:pk>", TaskView, get="retrieve", patch="partial_update", delete="destroy"),
    # With the slash as CVAT's programs write it, without it as its documentation does.
    re_path(r"^tasks/(?P<pk>[0-9]{1,18})/data/?$", TaskView.as_view(_DATA)),
    door("tasks/<int:pk>/status", TaskView, get="data_status"),
    door("tasks/<int:pk>/data/meta", TaskView, get="data_meta", patch="change_data_meta"),
    door("tasks/<int:pk>/data/<uuid:key>", TaskView, patch="append_piece", head="tell_offset"),
    door("tasks/<int:pk>/preview", TaskView, get="preview"),
    door("tasks/<int:pk>/backup/export", TaskView, post="export_backup"),
    door("tasks/backup/", TaskRestoreView, post="restore"),
    door("tasks/backup/<uuid:key>", TaskRestoreView, patch="append_piece", head="tell_offset"),
    re_path(r"^tasks/(?P<pk>[0-9]{1,18})/annotations/?$", TaskView.as_view({**_ANNOTATIONS, "post": "send_annotations"})),
    door("tasks/<int:pk>/annotations/<uuid:key>", TaskView, patch="append_piece", head="tell_offset"),
    door("tasks/<int:pk>/annotations/import", TaskView, post="import_annotations"),
    door("tasks/<int:pk>/annotations/imported", TaskView, get="imported", delete="remove_imported"),
    door("tasks/<int:pk>/dataset/export", TaskView, post="export"),
    door("tasks/<int:pk>/validation_layout", TaskView, get="validation_layout", patch="change_validation_layout"),
    door("issues", IssueView, get="list", post="create"),
    door("issues/<int:pk>", IssueView, get="retrieve", patch="partial_update", delete="destroy"),
    door("comments", CommentView, get="list", post="create"),
    door("comments/<int:pk>", CommentView, get="retrieve", patch="partial_update", delete="destroy"),
    door("webhooks", WebhookView, get="list", post="create"),
    door("webhooks/events", WebhookView, get="events"),
    door("webhooks/<int:pk>", WebhookView, get="retrieve", put="update", patch="partial_update", delete="destroy"),
    door("webhooks/<int:pk>/ping", WebhookView, post="ping"),
    door("webhooks/<int:webhook>/deliveries", DeliveryView, get="list"),
    door("webhooks/<int:webhook>/deliveries/<int:pk>", DeliveryView, get="retrieve"),
    door("webhooks/<int:webhook>/deliveries/<int:pk>/redelivery", DeliveryView, post="redeliver"),
    door("guides", GuideView, post="create"),
    door("guides/<int:pk>", GuideView, get="retrieve", patch="partial_update", delete="destroy"),
    door("assets", AssetView, post="create"),
    door("assets/<uuid:pk>", AssetView, get="picture", delete="destroy"),
    door("requests", RequestView, get="list"),
    door("requests/<uuid:pk>", RequestView, get="retrieve"),
    door("requests/<uuid:pk>/result", RequestView, get="result"),
    door("requests/<uuid:pk>/cancel", RequestView, post="cancel"),
    path("<path:path>", NowhereView.as_view(dict.fromkeys(("get", "post", "put", "patch", "delete"), "nowhere"))),
]
