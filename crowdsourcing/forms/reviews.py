"""Accept and Reject."""
from collections.abc import Sequence
from typing import Any

from django import forms

from annotation.models import Issue
from crowdsourcing.services.assignments import MAX_COMMENT


class AcceptForm(forms.Form):
    comment = forms.CharField(label="Comment", required=False, max_length=MAX_COMMENT, widget=forms.Textarea(attrs={"rows": 3}),
                              help_text="Optional. The Toloker reads it.")


class RejectForm(forms.Form):
    """Why. Issues of the review may be ticked instead of, or beside, words of one's own; at first all of them are."""

    issues = forms.TypedMultipleChoiceField(
        label="Issues that are reasons", coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "One of the ticked issues was resolved or deleted meanwhile. Look at the list again."})
    comment = forms.CharField(
        label="Why is this work rejected?", max_length=MAX_COMMENT, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The Toloker reads it. Name what is wrong and on which frame, so that the next one does better.")

    def __init__(self, data: Any = None, *, issues: Sequence[Issue] = ()) -> None:
        super().__init__(data, initial={"issues": [issue.pk for issue in issues]})
        self.fields["issues"].choices = [(issue.pk, issue.line) for issue in issues]  # type: ignore[attr-defined]
        if issues:
            self.fields["comment"].label = "Anything else?"
            self.fields["comment"].help_text = "Comes before the issues. The Toloker reads all of it."
