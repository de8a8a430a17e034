"""Project with its labels, guide, sharing."""
import json
import re
from typing import Any

from django import forms
from django.contrib.auth import get_user_model

from annotation.models import Project, ProjectMember
from annotation.services.projects import GUIDE_LENGTH

# What the services put before a sentence about one label: "labels[2].attributes[0].name: give a name."
_PATH = re.compile(r"^labels\[(\d+)\](?:\.attributes\[(\d+)\])?(?:\.(\w+))?: (.*)$", re.S)
EXAMPLE = '[{"name": "car", "color": "#3b82f6", "type": "rectangle", "attributes": []}]'


def labels_json(project: Project) -> list[dict[str, Any]]:
    """Labels as the raw JSON tab shows them and as the services take them back; ids keep a renamed label the same one."""
    return [
        {
            "id": label.pk, "name": label.name, "color": label.color, "type": label.type,
            "attributes": [
                {"id": attribute.pk, "name": attribute.name, "input_type": attribute.input_type, "mutable": attribute.mutable,
                 "values": attribute.values, "default_value": attribute.default_value}
                for attribute in label.attributes.all()
            ],
        }
        for label in project.labels.prefetch_related("attributes")
    ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


class ProjectForm(forms.Form):
    """`labels` is the raw JSON; the constructor in the browser writes into the same field."""

    name = forms.CharField(max_length=256, widget=forms.TextInput(attrs={"autofocus": True, "placeholder": "e.g. Street scenes"}))
    labels = forms.CharField(
        required=False, strip=False, label="Labels as JSON", max_length=2_000_000,
        widget=forms.Textarea(attrs={"rows": 14, "class": "mono", "spellcheck": "false", "placeholder": EXAMPLE}))

    def clean_labels(self) -> list[Any]:
        text = self.cleaned_data["labels"].strip()
        try:
            labels = json.loads(text or "[]")
        except RecursionError as error:
            raise forms.ValidationError("This JSON is nested too deeply.") from error
        except json.JSONDecodeError as error:
            raise forms.ValidationError(f"This is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
        except ValueError as error:
            raise forms.ValidationError("A number in this JSON has too many digits.") from error
        if not isinstance(labels, list):
            raise forms.ValidationError("Give a list of labels: it starts with [ and ends with ].")
        return labels

    def label_errors(self) -> list[dict[str, Any]]:
        """Errors of `labels` for the constructor: {label, attribute, field, text}, None where a part does not apply."""
        errors = []
        for text in self.errors.get("labels", []):
            match = _PATH.match(str(text))
            if match:
                label, attribute, field, sentence = match.groups()
                errors.append({
                    "label": int(label), "attribute": int(attribute) if attribute else None, "field": field, "text": _sentence(sentence)})
            else:
                whole = _sentence(str(text).removeprefix("labels: "))
                errors.append({"label": None, "attribute": None, "field": None, "text": whole})
        return errors


class GuideForm(forms.Form):
    guide = forms.CharField(
        required=False, strip=False, max_length=GUIDE_LENGTH, label="Guide in Markdown",
        widget=forms.Textarea(attrs={"rows": 22, "class": "mono", "spellcheck": "true"}))

    def clean_guide(self) -> str:
        # Browsers send CRLF; kept as it was typed, a saved guide would differ from itself.
        return self.cleaned_data["guide"].replace("\r\n", "\n")


class MemberForm(forms.Form):
    """`cleaned_data["person"]` is the user."""

    person = forms.CharField(label="Username or e-mail", max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(
        initial=ProjectMember.Role.REVIEWER,
        choices=[(ProjectMember.Role.REVIEWER, "Reviewer"), (ProjectMember.Role.REQUESTER, "Requester")],
        help_text="A reviewer looks, accepts and rejects. A requester may also change everything but the sharing.")

    def clean_person(self) -> Any:
        wanted = self.cleaned_data["person"]
        users = get_user_model().objects
        # A username may look like an e-mail: the exact name wins.
        user = users.filter(username=wanted).first()
        if user is None:
            found = list(users.filter(email__iexact=wanted)[:2]) if "@" in wanted else []
            if len(found) > 1:
                raise forms.ValidationError("Several accounts use this e-mail: give the username.")
            user = found[0] if found else None
        if user is None:
            raise forms.ValidationError("Nobody here has this username or e-mail. Ask them to sign up first.")
        return user
