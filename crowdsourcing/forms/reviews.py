"""Accept and Reject."""
from django import forms

from crowdsourcing.services.assignments import MAX_COMMENT


class AcceptForm(forms.Form):
    comment = forms.CharField(label="Comment", required=False, max_length=MAX_COMMENT, widget=forms.Textarea(attrs={"rows": 3}),
                              help_text="Optional. The Toloker reads it.")


class RejectForm(forms.Form):
    comment = forms.CharField(
        label="Why is this work rejected?", max_length=MAX_COMMENT, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The Toloker reads it. Name what is wrong and on which frame, so that the next one does better.",
        error_messages={"required": "Say why the work is rejected: the Toloker reads it."})
