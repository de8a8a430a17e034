"""A registered bucket."""
from typing import Any

from django import forms

from annotation.models import CloudStorage

KIND = CloudStorage.CredentialsType


def _text(**attributes: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"spellcheck": "false", **attributes})


class StorageForm(forms.Form):
    """What `services.storages` takes. With `known` the key may stay empty: the stored one stays."""

    display_name = forms.CharField(max_length=63, label="Name", widget=_text(autofocus=True, placeholder="e.g. Photos"))
    resource = forms.CharField(max_length=222, label="Bucket", widget=_text(autocapitalize="off"))
    endpoint_url = forms.CharField(
        required=False, max_length=512, label="Server", help_text="Empty for Amazon S3; else the address of a server that speaks the same.",
        widget=_text(placeholder="https://s3.example.org"))
    region = forms.CharField(required=False, max_length=64, label="Region", widget=_text(placeholder="us-east-1"))
    # The form class takes declared fields away again: `self.prefix` stays what Django means by it.
    prefix = forms.CharField(  # type: ignore[assignment]
        required=False, max_length=512, label="Folder",
        help_text="Where browsing begins, with a slash at its end. Empty: the whole bucket.")
    credentials_type = forms.ChoiceField(
        label="Access", initial=KIND.KEY_SECRET_KEY_PAIR, widget=forms.RadioSelect,
        choices=[(KIND.KEY_SECRET_KEY_PAIR.value, "With a key"), (KIND.ANONYMOUS_ACCESS.value, "Without one: the bucket is public")])
    key = forms.CharField(required=False, max_length=512, label="Key", widget=_text(autocomplete="off"))
    secret_key = forms.CharField(
        required=False, max_length=512, label="Secret key", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept encrypted and never shown again. A key that may list and read is enough; nothing is ever written.")
    description = forms.CharField(required=False, max_length=8_000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *arguments: Any, known: CloudStorage | None = None, **names: Any) -> None:
        super().__init__(*arguments, **names)
        if known is not None:
            self.initial = {"display_name": known.display_name, "resource": known.resource, "description": known.description,
                            "credentials_type": known.credentials_type, **known.specific_attributes}
            self.fields["key"].help_text = "Leave both empty to keep the stored ones."

    def arguments(self) -> dict[str, Any]:
        """Of `create_storage` and `update_storage`."""
        cleaned = dict(self.cleaned_data)
        cleaned["specific_attributes"] = {name: cleaned.pop(name) for name in ("endpoint_url", "region", "prefix")}
        return cleaned
