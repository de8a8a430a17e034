"""A new skill."""
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from crowdsourcing.audience.fields import languages
from crowdsourcing.services.rules import MAX_DESCRIPTION, MAX_NAME

# Languages that descriptions are most often written in come first.
_FIRST = ("EN", "ES", "FR", "PT", "RU", "DE")


class SkillForm(forms.Form):
    """Name, hidden, and a description in any number of languages (fields `language` and `text`, as often as there are)."""

    name = forms.CharField(max_length=MAX_NAME, help_text="Found by exactly this name at the platform, so that it is never made twice.",
                           error_messages={"required": "Give the skill a name."})
    hidden = forms.BooleanField(required=False, initial=True, label="Hidden",
                                help_text="Tolokers see neither the skill nor their value of it.")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        given: MultiValueDict[str, str] = data if isinstance(data, MultiValueDict) else MultiValueDict()
        self.words = list(zip(given.getlist("language"), given.getlist("text"), strict=False)) or [("EN", "")]
        if given.get("do") == "language":
            used = {code for code, _ in self.words}
            self.words.append((next((code for code in _FIRST if code not in used), "EN"), ""))
            self.errors.clear()

    @property
    def languages(self) -> list[tuple[str, str]]:
        known = languages()
        first = [(code, known[code]) for code in _FIRST if code in known]
        return first + [(code, name) for code, name in known.items() if code not in _FIRST]

    def clean(self) -> dict[str, Any]:
        codes = [code for code, text in self.words if text.strip()]
        if len(codes) != len(set(codes)):
            self.add_error(None, "Each language has one description. Put both texts into one, or choose another language.")
        if any(len(text) > MAX_DESCRIPTION for _, text in self.words):
            self.add_error(None, f"A description has at most {MAX_DESCRIPTION:,} characters.")
        return self.cleaned_data

    def wanted(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"], "hidden": self.cleaned_data["hidden"],
                "description": {code: text for code, text in self.words if text.strip()}}
