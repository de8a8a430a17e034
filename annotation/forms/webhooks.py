"""A webhook: where to, what of, and the secret, which is shown never again."""
from typing import Any

from django import forms

from annotation.models import Webhook
from annotation.services.webhooks import MAX_DESCRIPTION, MAX_SECRET
from annotation.webhooks.events import grouped


class WebhookForm(forms.Form):
    """`groups()` gives the events by group, each with its box; `values()` what the service takes."""

    target_url = forms.CharField(
        label="Address", max_length=2048, help_text="Told by POST with JSON. https:// keeps it from being read on the way.",
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/cvatoloka", "autocomplete": "off"}))
    description = forms.CharField(label="Description", max_length=MAX_DESCRIPTION, required=False, widget=forms.TextInput(attrs={
        "placeholder": "e.g. to the warehouse"}))
    secret = forms.CharField(
        label="Secret", max_length=MAX_SECRET, required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    no_secret = forms.BooleanField(label="Take the secret away: deliveries are not signed", required=False)
    events = forms.MultipleChoiceField(label="Events", required=False, widget=forms.CheckboxSelectMultiple)
    is_active = forms.BooleanField(label="Active", required=False, initial=True)
    enable_ssl = forms.BooleanField(label="Check the certificate of an https address", required=False, initial=True)

    def __init__(self, *arguments: Any, webhook_type: str, webhook: Webhook | None = None, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self._groups = grouped(webhook_type)
        self.fields["events"].choices = [(event.name, event.title) for group in self._groups.values() for event in group]  # type: ignore[attr-defined]
        self._signed = webhook is not None and bool(webhook.secret)
        self.fields["secret"].help_text = (
            "Leave it empty to keep the present one." if self._signed else "Signs every delivery, so that the receiver knows it is ours.")
        if not self._signed:
            del self.fields["no_secret"]

    def groups(self) -> list[dict[str, Any]]:
        """[{name, all (every one chosen), events: [(name, title, chosen)]}]"""
        chosen = set(self["events"].value() or [])
        return [{"name": name, "all": all(event.name in chosen for event in events),
                 "events": [(event.name, event.title, event.name in chosen) for event in events]} for name, events in self._groups.items()]

    def values(self) -> dict[str, Any]:
        """Of a valid form. Without `secret` where the present one stays."""
        values = {name: self.cleaned_data[name] for name in ("target_url", "description", "events", "is_active", "enable_ssl")}
        if self.cleaned_data.get("no_secret"):
            return {**values, "secret": ""}
        if self.cleaned_data["secret"] or not self._signed:
            values["secret"] = self.cleaned_data["secret"]
        return values
