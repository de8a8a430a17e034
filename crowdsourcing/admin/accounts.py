"""Provider accounts and Tolokers."""
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from crowdsourcing import credentials
from crowdsourcing.admin.base import ReadOnlyAdmin, names
from crowdsourcing.models import ProviderAccount, Toloker
from crowdsourcing.services.projects import checked_key


class AccountForm(forms.ModelForm):
    """The stored key is in no field: a new one can be written, the present one cannot be read."""

    new_api_key = forms.CharField(
        required=False, max_length=512, label="New API key", widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        help_text="Leave empty to keep the present key. It is not checked here: sync a project of the account afterwards.")

    class Meta:
        model = ProviderAccount
        fields = ()

    def clean_new_api_key(self) -> str:
        typed = self.cleaned_data["new_api_key"]
        try:
            return checked_key(typed) if typed else ""
        except ValidationError as error:
            raise ValidationError(error.messages) from None


@admin.register(ProviderAccount)
class ProviderAccountAdmin(ReadOnlyAdmin):
    form = AccountForm
    list_display = ("id", "owner", "provider", "environment", "base_url", "requester_name", "balance", "checked_at")
    list_filter = ("environment", "provider")
    search_fields = ("owner__username", "requester_id", "requester_name", "base_url")
    list_select_related = ("owner",)
    readonly_fields = tuple(names(ProviderAccount, "encrypted_key"))
    fields = (*readonly_fields, "new_api_key")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_operate_permission(request)

    def save_model(self, request: HttpRequest, obj: ProviderAccount, form: Any, change: bool) -> None:
        if form.cleaned_data["new_api_key"]:
            obj.encrypted_key = credentials.encrypt(form.cleaned_data["new_api_key"])
            obj.checked_at = None
            obj.save(update_fields=["encrypted_key", "checked_at"])

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return "API key replaced." if form.cleaned_data.get("new_api_key") else "Nothing changed."


@admin.register(Toloker)
class TolokerAdmin(ReadOnlyAdmin):
    list_display = ("user_id", "account", "first_seen_at")
    search_fields = ("user_id",)
    list_filter = ("account__environment",)
    list_select_related = ("account",)
