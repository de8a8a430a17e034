"""What is wanted of a verification crowd, as a form: verification_wishes with the confidence in percent."""
from collections.abc import Mapping
from typing import Any

from django import forms

from crowdsourcing.audience.fields import languages
from crowdsourcing.verification_wishes import AGGREGATIONS, DEFAULTS

_LONG = forms.Textarea(attrs={"rows": 6})


class VerificationForm(forms.Form):
    """Only the shapes of values are checked here; what goes together is the service's business."""

    question = forms.CharField(max_length=500, label="Question",
                               help_text="Verifiers answer it with Yes or No, by click or by the keys 1 and 2.")
    instructions = forms.CharField(max_length=50_000, widget=_LONG, label="Instructions", help_text="Markdown. Say what counts as wrong.")
    name = forms.CharField(max_length=250, label="Name of the project", help_text="As verifiers read it in the list of tasks.")
    description = forms.CharField(max_length=5_000, label="Description", widget=forms.Textarea(attrs={"rows": 2}))
    reward_per_assignment = forms.DecimalField(max_digits=6, decimal_places=3, label="Price a page, USD")
    tasks_per_page = forms.IntegerField(min_value=1, max_value=100, label="Questions a page")
    min_tasks_per_page = forms.IntegerField(
        min_value=1, max_value=100, label="Fewest questions a page",
        help_text="For whoever has no full page left. A small page costs as much as a full one; with more than 1, what few verifiers "
                  "leave may never be answered.")
    last_page_delay_seconds = forms.IntegerField(
        min_value=0, max_value=86_400, label="Wait for more, seconds",
        help_text="Before the last questions are given out, if they are fewer than that.")
    overlap = forms.IntegerField(min_value=1, max_value=100, label="People a question", help_text="At first.")
    max_overlap = forms.IntegerField(min_value=1, max_value=100, label="People at most", help_text="While the answers are unsure.")
    min_confidence = forms.FloatField(min_value=50, max_value=99.9, label="Sure enough from, %")
    language = forms.ChoiceField(choices=lambda: list(languages().items()), label="Language", help_text="Only people who speak it.")
    minutes = forms.FloatField(min_value=0.5, max_value=1_440, label="Time for a page, minutes")
    aggregation = forms.ChoiceField(choices=list(AGGREGATIONS.items()), label="How answers become one")
    dynamic_overlap = forms.BooleanField(
        required=False, label="The platform asks one more person while answers are unsure", help_text="Dynamic overlap.")
    skill_from_agreement = forms.BooleanField(
        required=False, label="Give verifiers a skill: how often they go with the majority")
    majority_ban = forms.BooleanField(required=False, label="Ban verifiers who go with the majority in less than half of their answers")
    ban_days = forms.IntegerField(min_value=1, max_value=365, label="Ban for, days")

    def __init__(self, data: Any = None, *, config: Mapping[str, Any] | None = None) -> None:
        wanted = {**DEFAULTS, **(config or {})}
        super().__init__(data, initial={
            **wanted, "min_confidence": f"{wanted['min_confidence'] * 100:g}",
            "minutes": f"{wanted['assignment_max_duration_seconds'] / 60:g}"})

    def config(self) -> dict[str, Any]:
        """What the service takes."""
        found = {name: self.cleaned_data[name] for name in DEFAULTS if name in self.cleaned_data}
        return found | {
            "reward_per_assignment": str(found["reward_per_assignment"]), "min_confidence": round(found["min_confidence"] / 100, 6),
            "assignment_max_duration_seconds": round(self.cleaned_data["minutes"] * 60)}


class VerificationSetupForm(VerificationForm):
    decide = forms.BooleanField(required=False, initial=True, label="Accept and reject by these answers",
                                help_text="Adds the verification crowd to this pool's review policy.")
    reissue_at_once = forms.BooleanField(required=False, initial=True, label="Give rejected jobs to another Toloker at once")
