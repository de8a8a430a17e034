"""Create crowdsourcing task, Update pool."""
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils import timezone

from crowdsourcing import audience
from crowdsourcing.models import Pool
from crowdsourcing.services.pools import CONFIG_FIELDS
from crowdsourcing.statuses import PoolInterface, ReissuePolicy

MAX_CLOSE_DELAY = 259_200
# The platform takes up to a year; longer than a day is a mistake in a form field far more often than a wish.
MAX_DURATION = 86_400 * 7
DEFAULT_LIFE = timedelta(days=30)
# Quality rules have a page of their own.
FORM_FIELDS = tuple(name for name in CONFIG_FIELDS if name not in ("quality_rules", "interface_options"))
DELAY_PRESETS = ((0, "At once"), (3_600, "1 hour"), (86_400, "1 day"), (MAX_CLOSE_DELAY, "3 days"))
DURATION_PRESETS = ((300, "5 min"), (600, "10 min"), (1_800, "30 min"), (3_600, "1 hour"))


class FilterField(forms.JSONField):
    """The audience as the platform's filter JSON. `problems`: dotted path -> sentence, for the builder's rows."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false"}), **options)
        self.problems: dict[str, str] = {}

    def clean(self, value: Any) -> Any:
        self.problems = {}
        try:
            return audience.clean(super().clean(value))
        except audience.AudienceError as error:
            self.problems = error.errors
            raise forms.ValidationError([f"{path}: {text}" if path else text for path, text in error.errors.items()]) from None


class PoolForm(forms.ModelForm):
    """Labels are those of the page that this mirrors; names are the platform's."""

    filter = FilterField(label="Audience")
    assignment_max_duration_seconds = forms.IntegerField(
        label="Time per task suite, sec", min_value=5, max_value=MAX_DURATION, initial=600,
        help_text="How long a Toloker has for one job. What is not submitted by then goes to somebody else.")

    # Of the platform's own annotation; together they are `interface_options`.
    shapes = forms.MultipleChoiceField(
        label="What Tolokers may draw", required=False, widget=forms.CheckboxSelectMultiple, initial=["rectangle"],
        choices=[("rectangle", "Rectangles"), ("polygon", "Polygons"), ("point", "Points")])
    needed = forms.BooleanField(
        label="Every image has at least one object", required=False,
        help_text="An image without a region cannot be submitted. Leave it off if some images may be empty.")

    class Meta:
        model = Pool
        fields = FORM_FIELDS
        labels = {
            "interface": "What Tolokers annotate in",
            "reward_per_assignment": "Price per job",
            "overlap": "Tolokers per job",
            "use_project_description": "Use project description",
            "public_description": "Description",
            "may_contain_adult_content": "Sensible content",
            "auto_accept_solutions": "Accept solutions automatically",
            "auto_close_after_complete_delay_seconds": "Close pool after completion, sec",
            "auto_accept_period_day": "Days for manual review by requester",
            "reissue_policy": "What happens to a rejected job",
            "will_expire": "Pool closes at the latest on",
        }
        help_texts = {
            "reward_per_assignment": "USD, paid to the Toloker for one accepted job; 0.005 to 100.",
            "overlap": "With more than one each works alone, is paid for themselves, and what most of them drew becomes the job's result: "
                       "consensus. Fixed once the jobs are on Toloka.",
            "use_project_description": "Tolokers read the project's description.",
            "public_description": "What Tolokers read in the list of tasks.",
            "may_contain_adult_content": "The images are for adults only: only Tolokers who agreed to such content see the pool.",
            "auto_accept_solutions": "Every submitted job is accepted and paid at once, without your review.",
            "auto_close_after_complete_delay_seconds": "How long the pool stays open after all jobs are done: 0 to 259200 (three days).",
            "auto_accept_period_day": "1 to 21 days from submission. What is not reviewed by then is accepted and paid by the platform.",
            "reissue_policy": "Never to the Toloker whose work was rejected.",
            "will_expire": "The platform stops the pool then; you can move the date and start it again.",
        }
        widgets = {
            "public_description": forms.Textarea(attrs={"rows": 3}),
            "reissue_policy": forms.RadioSelect,
            "interface": forms.RadioSelect,
            "will_expire": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "reward_per_assignment": forms.NumberInput(attrs={"step": "0.001", "min": "0.005", "max": "100", "inputmode": "decimal"}),
            "overlap": forms.NumberInput(attrs={"min": 1, "max": 10}),
            "auto_accept_period_day": forms.NumberInput(attrs={"min": 1, "max": 21}),
            "auto_close_after_complete_delay_seconds": forms.NumberInput(attrs={"min": 0, "max": MAX_CLOSE_DELAY}),
        }
        error_messages = {"reward_per_assignment": {"required": "Name a price, for example 0.05."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial.setdefault("will_expire", timezone.now() + DEFAULT_LIFE)
            self.initial.setdefault("reissue_policy", ReissuePolicy.AFTER_DISPUTE)
        if self.instance.remote_id:
            # Chosen once: the pool's task page is a project's at the platform, and the jobs are offered to so many.
            for name in ("interface", "shapes", "needed", "overlap"):
                del self.fields[name]
        else:
            self.fields["overlap"].required = False
            # Programs that do not name it mean our editor.
            self.fields["interface"].required = False
            self.initial |= self.instance.interface_options
        self.fields["will_expire"].required = True
        self.fields["auto_close_after_complete_delay_seconds"].validators.append(MaxValueValidator(MAX_CLOSE_DELAY))
        # The browser must not stand in the way of the server's sentence when it is hidden.
        self.fields["public_description"].required = False

    @property
    def filter_problems(self) -> str:
        """JSON of dotted path -> sentence for the builder."""
        field = self.fields["filter"]
        return json.dumps(field.problems if isinstance(field, FilterField) else {})

    def config(self) -> dict[str, Any]:
        """What the service takes."""
        config = {name: self.cleaned_data[name] for name in FORM_FIELDS if name in self.fields}
        if config.get("overlap", 1) is None:
            del config["overlap"]
        if "interface" in config:
            config["interface"] = config["interface"] or PoolInterface.EDITOR
            drawn = config["interface"] == PoolInterface.IMAGE_ANNOTATION
            config["interface_options"] = {name: self.cleaned_data[name] for name in ("shapes", "needed")} if drawn else {}
        return config

    def _post_clean(self) -> None:
        """The model's own checks run in the service, on the whole; this form must not change the instance that the page shows."""

    def people(self) -> int:
        """Tolokers a job, as far as the field makes sense."""
        if "overlap" not in self.fields:
            return self.instance.overlap
        value = str(self["overlap"].value() or 1)
        return int(value) if value.isascii() and value.isdigit() and 1 <= int(value) <= 10 else 1

    def price(self) -> Decimal:
        value = self["reward_per_assignment"].value()
        try:
            return Decimal(str(value or 0))
        except ArithmeticError:
            return Decimal(0)
