"""Accounts: making one, changing what it says, its password. The pages' forms hold the rules."""
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError

from annotation.errors import Forbidden
from annotation.forms.accounts import ProfileForm, SignupForm


def register_person(*, username: str, email: str, password1: str, password2: str, first_name: str = "", last_name: str = "") -> Any:
    """A new account. Forbidden where signing up is switched off; ValidationError under the form's names."""
    if not settings.SIGNUP_ENABLED:
        raise Forbidden("Signing up is switched off on this server. Ask its administrator for an account.")
    form = SignupForm({"username": username, "email": email, "password1": password1, "password2": password2})
    _require(form)
    form.instance.first_name, form.instance.last_name = first_name, last_name
    return form.save()


def change_person(*, user: Any, **changes: str) -> Any:
    """Change `first_name`, `last_name`, `email`, those that are given. ValidationError under their names."""
    names = ("first_name", "last_name", "email")
    form = ProfileForm({name: changes.get(name, getattr(user, name)) for name in names}, instance=user)
    # An account without an address may keep it so until somebody gives one.
    form.fields["email"].required = "email" in changes
    _require(form)
    user.save(update_fields=names)
    return user


def change_password(*, user: Any, old_password: str, new_password1: str, new_password2: str) -> Any:
    """A new password instead of the old one. ValidationError under the names of the arguments."""
    form = PasswordChangeForm(user, {"old_password": old_password, "new_password1": new_password1, "new_password2": new_password2})
    _require(form)
    return form.save()


def _require(form: Any) -> None:
    if not form.is_valid():
        raise ValidationError({name: [str(sentence) for sentence in found] for name, found in form.errors.items()})
