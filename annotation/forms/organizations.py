"""Organizations and invitations."""
from typing import Any

from django import forms

from annotation.models import OrganizationRole

WHAT = {
    OrganizationRole.WORKER: "works on the jobs given to them, sees and exports nothing else",
    OrganizationRole.SUPERVISOR: "makes projects, looks at and reviews the team's",
    OrganizationRole.MAINTAINER: "changes the team's projects, invites people",
}


class OrganizationForm(forms.Form):
    """`slug` may be left out for those who may not change it."""

    slug = forms.CharField(
        max_length=16, label="Short name",
        help_text="Up to 16 letters, digits, hyphens or underscores. Programs name the organization by it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "e.g. vision", "spellcheck": "false"}))
    name = forms.CharField(max_length=64, required=False, widget=forms.TextInput(attrs={"placeholder": "e.g. Vision team"}))
    description = forms.CharField(max_length=8_000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *arguments: Any, may_rename: bool = True, **names: Any) -> None:
        super().__init__(*arguments, **names)
        if not may_rename:
            del self.fields["slug"]


class InvitationForm(forms.Form):
    """`roles`: those that the inviter may give."""

    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "ann@example.org"}))
    role = forms.ChoiceField(choices=())

    def __init__(self, *arguments: Any, roles: list[str], **names: Any) -> None:
        super().__init__(*arguments, **names)
        field: Any = self.fields["role"]
        field.choices = [(role, role.capitalize()) for role in roles]
        field.help_text = " ".join(f"A {role} {WHAT[OrganizationRole(role)]}." for role in roles)
