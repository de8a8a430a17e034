"""The outbox and the history."""
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from crowdsourcing.admin.base import ReadOnlyAdmin
from crowdsourcing.models import ProviderCommand, StatusChange
from crowdsourcing.services.retries import retry_command


@admin.register(ProviderCommand)
class ProviderCommandAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "target_type", "target_id", "status", "step", "attempts", "error_code", "error", "actor",
                    "finished_at")
    list_filter = ("status", "kind", "target_type", "account__environment")
    search_fields = ("=id", "=target_id", "error_code", "error", "actor__username")
    list_select_related = ("actor",)
    date_hierarchy = "created_at"
    actions = ("retry",)

    @admin.action(description="Try a failed one again", permissions=["operate"])
    def retry(self, request: HttpRequest, rows: QuerySet[ProviderCommand]) -> None:
        self.ask_each(request, rows, lambda row: retry_command(actor=request.user, command=row))


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin):
    list_display = ("at", "target_type", "target_id", "old", "new", "cause", "actor", "comment")
    list_filter = ("target_type", "new", "cause")
    search_fields = ("=target_id", "comment", "actor__username")
    list_select_related = ("actor",)
    date_hierarchy = "at"
