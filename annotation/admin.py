"""Every table of this room, for looking; what has rules is changed through services, in the pages or the REST API."""
from typing import Any

from django.contrib import admin
from django.db.models import URLField
from django.http import HttpRequest
from django.utils import timezone

from annotation import models
from annotation.runner import sweep
from annotation.services.tokens import revoke_token
from annotation.webhooks.bells import ring


class LookingAdmin(admin.ModelAdmin):
    """Nothing is added, changed or deleted here: rows belong together with files and with each other."""

    list_per_page = 50
    show_full_result_count = False
    formfield_overrides = {URLField: {"assume_scheme": "https"}}  # as from Django 6.0 on

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _is_list(request: HttpRequest) -> bool:
    return bool(request.resolver_match and str(request.resolver_match.url_name).endswith("changelist"))


class AttributeInline(admin.TabularInline):
    """Attributes below their label."""

    model = models.Attribute
    extra = 0
    can_delete = False


class LabelInline(admin.TabularInline):
    """Labels below their project."""

    model = models.Label
    extra = 0
    can_delete = False
    show_change_link = True


@admin.register(models.Project)
class ProjectAdmin(LookingAdmin):
    """Projects."""

    list_display = ("id", "name", "owner", "organization", "created_date", "updated_date")
    list_select_related = ("owner", "organization")
    search_fields = ("name", "owner__username", "organization__slug")
    date_hierarchy = "created_date"
    inlines = [LabelInline]


@admin.register(models.Label)
class LabelAdmin(LookingAdmin):
    """Labels with their attributes."""

    list_display = ("id", "name", "type", "color", "project")
    list_filter = ("type",)
    list_select_related = ("project",)
    search_fields = ("name", "project__name")
    inlines = [AttributeInline]


@admin.register(models.Attribute)
class AttributeAdmin(LookingAdmin):
    """Attributes."""

    list_display = ("id", "name", "input_type", "mutable", "label")
    list_filter = ("input_type", "mutable")
    list_select_related = ("label",)
    search_fields = ("name", "label__name")


@admin.register(models.ProjectMember)
class ProjectMemberAdmin(admin.ModelAdmin):
    """Roles: an admin may repair them by hand."""

    list_display = ("id", "project", "user", "role", "created_date")
    list_filter = ("role",)
    list_select_related = ("project", "user")
    search_fields = ("project__name", "user__username")
    raw_id_fields = ("project", "user")


class OrganizationMemberInline(admin.TabularInline):
    """People below their organization."""

    model = models.OrganizationMember
    extra = 0
    can_delete = False
    raw_id_fields = ("user",)


@admin.register(models.Organization)
class OrganizationAdmin(LookingAdmin):
    """Organizations with their people; changed on their pages, where one owner stays one."""

    list_display = ("id", "slug", "name", "owner", "created_date")
    list_select_related = ("owner",)
    search_fields = ("slug", "name", "owner__username")
    date_hierarchy = "created_date"
    inlines = [OrganizationMemberInline]


@admin.register(models.OrganizationMember)
class OrganizationMemberAdmin(LookingAdmin):
    """Who is where, and as what."""

    list_display = ("id", "organization", "user", "role", "joined_date")
    list_filter = ("role",)
    list_select_related = ("organization", "user")
    search_fields = ("organization__slug", "user__username")


@admin.register(models.Invitation)
class InvitationAdmin(LookingAdmin):
    """Offered places, without the keys that would open them."""

    list_display = ("email", "organization", "role", "owner", "sent_date", "expiry_date", "accepted_date", "declined_date", "user")
    list_filter = ("role",)
    list_select_related = ("organization", "owner", "user")
    search_fields = ("email", "organization__slug")
    list_display_links = None
    exclude = ("key",)


@admin.register(models.AccessToken)
class AccessTokenAdmin(LookingAdmin):
    """Tokens without anything that could open a door; "Revoke" ends them."""

    list_display = ("id", "owner", "name", "prefix", "read_only", "expiry_date", "last_used_date", "revoked_date")
    list_filter = ("read_only",)
    list_select_related = ("owner",)
    search_fields = ("owner__username", "name", "prefix")
    exclude = ("digest",)
    actions = ["revoke"]

    @admin.action(description="Revoke the chosen tokens")
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        """From now on they open nothing."""
        for token in queryset.select_related("owner"):
            revoke_token(owner=token.owner, token=token)
        self.message_user(request, f"{queryset.count()} tokens are revoked.")


@admin.register(models.Profile)
class ProfileAdmin(admin.ModelAdmin):
    """Personal settings."""

    list_display = ("user", "timezone")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    raw_id_fields = ("user",)


@admin.register(models.Task)
class TaskAdmin(LookingAdmin):
    """Tasks."""

    list_display = ("id", "name", "project", "owner", "size", "segment_size", "created_date")
    list_filter = ("sorting_method",)
    list_select_related = ("project", "owner")
    search_fields = ("name", "project__name", "owner__username")
    date_hierarchy = "created_date"


@admin.register(models.Frame)
class FrameAdmin(LookingAdmin):
    """Frames."""

    list_display = ("id", "task", "number", "name", "width", "height", "media_type", "byte_size")
    list_filter = ("media_type",)
    list_select_related = ("task",)
    search_fields = ("name", "=sha256", "=task__id")


@admin.register(models.Upload)
class UploadAdmin(LookingAdmin):
    """Files waiting for their ingest."""

    list_display = ("id", "task", "name", "position", "created_date")
    list_select_related = ("task",)
    search_fields = ("name", "task__name")


@admin.register(models.Job)
class JobAdmin(LookingAdmin):
    """Jobs."""

    list_display = ("id", "task", "type", "start_frame", "stop_frame", "stage", "state", "assignee", "attempt", "revision", "updated_date")
    list_filter = ("stage", "state")
    list_select_related = ("task", "assignee")
    search_fields = ("=id", "task__name", "attempt", "worker", "assignee__username")


@admin.register(models.FrameAnnotation)
class FrameAnnotationAdmin(LookingAdmin):
    """Shapes of a frame; the list leaves them out, a row may hold twenty thousand."""

    list_display = ("id", "job", "frame", "nothing_here", "starting_point", "updated_date")
    list_select_related = ("job",)
    search_fields = ("=job__id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.defer("shapes", "tags") if _is_list(request) else rows


@admin.register(models.Snapshot)
class SnapshotAdmin(LookingAdmin):
    """Records of attempts."""

    list_display = ("id", "job", "attempt", "worker", "reason", "revision", "shape_count", "tag_count", "created_date")
    list_filter = ("reason",)
    list_select_related = ("job",)
    search_fields = ("=job__id", "attempt", "worker", "=digest")
    date_hierarchy = "created_date"

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.defer("data") if _is_list(request) else rows


@admin.register(models.Correction)
class CorrectionAdmin(LookingAdmin):
    """Reviewers' versions of attempts."""

    list_display = ("id", "job", "attempt", "owner", "open", "revision", "snapshot", "updated_date")
    list_filter = ("open",)
    list_select_related = ("job", "owner", "snapshot")
    search_fields = ("=job__id", "attempt", "owner__username")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("snapshot__data")


@admin.register(models.Issue)
class IssueAdmin(LookingAdmin):
    """What reviewers said about places."""

    list_display = ("id", "job", "attempt", "frame", "shape_id", "owner", "resolved_by", "resolved_date", "created_date")
    list_select_related = ("job", "owner", "resolved_by")
    search_fields = ("=job__id", "attempt", "owner__username", "comments__message")
    date_hierarchy = "created_date"


@admin.register(models.Comment)
class CommentAdmin(LookingAdmin):
    """The words of issues."""

    list_display = ("id", "issue", "owner", "message", "created_date", "updated_date")
    list_select_related = ("issue", "owner")
    search_fields = ("=issue__id", "owner__username", "message")


@admin.register(models.EditorSession)
class EditorSessionAdmin(LookingAdmin):
    """Sessions without their tokens; "End" closes them."""

    list_display = ("id", "job", "mode", "attempt", "worker", "user", "created_date", "deadline", "expires_at", "revoked_at")
    list_filter = ("mode",)
    list_select_related = ("job", "user")
    search_fields = ("=job__id", "attempt", "worker", "user__username")
    # The context holds the signed job key.
    exclude = ("token_digest", "context")
    actions = ["end"]

    @admin.action(description="End the chosen sessions")
    def end(self, request: HttpRequest, queryset: Any) -> None:
        """Their tokens open nothing from now on; what was saved stays."""
        ended = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, f"{ended} sessions are ended.")


@admin.register(models.Request)
class RequestAdmin(LookingAdmin):
    """Background work; "Ring again" does what the sweep does every half minute."""

    list_display = ("id", "owner", "action", "task", "project", "status", "progress", "run", "created_date", "finished_date", "heartbeat")
    list_filter = ("status", "action")
    list_select_related = ("owner", "task", "project")
    search_fields = ("=id", "owner__username", "task__name", "project__name", "message")
    date_hierarchy = "created_date"
    actions = ["ring"]

    @admin.action(description="Ring again for whatever waits or was left behind")
    def ring(self, request: HttpRequest, queryset: Any) -> None:
        """Harmless for what runs."""
        self.message_user(request, f"{sweep()} requests were rung for.")


@admin.register(models.Webhook)
class WebhookAdmin(LookingAdmin):
    """Who is told of what; without the secrets."""

    list_display = ("id", "target_url", "type", "project", "organization", "owner", "is_active", "created_date")
    list_filter = ("type", "is_active")
    list_select_related = ("project", "organization", "owner")
    search_fields = ("=id", "target_url", "description", "owner__username", "project__name")
    exclude = ("secret",)


@admin.register(models.WebhookDelivery)
class WebhookDeliveryAdmin(LookingAdmin):
    """What was told; "Try now" for what waits for its next try."""

    list_display = ("id", "webhook", "event", "subject", "state", "attempts", "status_code", "next_attempt_at", "created_date")
    list_filter = ("state", "event")
    list_select_related = ("webhook",)
    search_fields = ("=id", "=key", "=webhook__id", "subject")
    date_hierarchy = "created_date"
    actions = ["try_now"]

    @admin.action(description="Try now")
    def try_now(self, request: HttpRequest, queryset: Any) -> None:
        """What is being told at the moment is left alone."""
        brought = queryset.filter(state=models.WebhookDelivery.State.WAITING, claimed_until=None).update(next_attempt_at=timezone.now())
        ring()
        self.message_user(request, f"{brought} deliveries are tried now.")
