"""Sign up, profile and access tokens."""
import zoneinfo
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserCreationForm
from django.utils import timezone

from annotation.models import AccessToken


class SignupForm(UserCreationForm):
    email = forms.EmailField(
        label="E-mail", help_text="To reset a forgotten password, and for others to share projects with you.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    class Meta(UserCreationForm.Meta):
        model = get_user_model()
        fields = ("username", "email")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip()
        if get_user_model().objects.filter(email__iexact=email).exists():
            raise forms.ValidationError("An account with this e-mail exists. Log in, or reset its password.")
        return email


@lru_cache(maxsize=1)
def timezone_choices() -> list[tuple[str, str]]:
    """Every IANA zone of a region; "" stands for what the browser says."""
    foreign = ("Etc/", "posix/", "right/", "SystemV/")
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(foreign))
    return [("", "As in my browser"), ("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class ProfileForm(forms.ModelForm):
    timezone = forms.ChoiceField(
        label="Time zone", choices=timezone_choices, required=False, help_text="Times on every page are shown in this zone.")

    class Meta:
        model = get_user_model()
        fields = ["first_name", "last_name", "email"]
        labels = {"email": "E-mail"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip()
        if get_user_model().objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Another account uses this e-mail.")
        return email


class TokenForm(forms.ModelForm):
    """`expiry_date()` gives the moment chosen, None for a token without end."""

    days = forms.TypedChoiceField(
        label="Expires", coerce=int, initial=90,
        choices=[(7, "in 7 days"), (30, "in 30 days"), (90, "in 90 days"), (365, "in a year"), (0, "never")])

    class Meta:
        model = AccessToken
        fields = ["name", "read_only"]
        labels = {"read_only": "Read only: GET requests and nothing else"}
        widgets = {"name": forms.TextInput(attrs={"placeholder": "e.g. export script", "autocomplete": "off"})}

    def expiry_date(self) -> Any:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None
