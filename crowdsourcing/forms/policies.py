"""A pool's review policy as a form: the blocks of quality.policies with shares in percent."""
from collections.abc import Mapping
from typing import Any

from django import forms

from crowdsourcing.quality.policies import FIELDS, MAX_ROUNDS, ORDER, STOP, Limit

# Shares and confidences: people think of them in percent.
_PERCENT = {"automatic.reject_untouched_from", "verification.min_confidence", "verification.ok_share", "stop.accepted_share"}
DECIDED, IN_FORCE = "decided", "policy"


def _number(path: str, limit: Limit, label: str, help_text: str = "") -> forms.FloatField | forms.IntegerField:
    factor = 100 if path in _PERCENT else 1
    options: dict[str, Any] = {"label": label, "help_text": help_text, "required": False, "min_value": limit.low * factor,
                               "max_value": limit.high * factor}
    if limit.whole:
        return forms.IntegerField(**options | {"min_value": int(limit.low), "max_value": int(limit.high)})
    return forms.FloatField(**options, widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}))


def _limit(path: str) -> Limit:
    block, name = path.split(".")
    limit = (STOP if block == "stop" else FIELDS[block])[name]
    assert isinstance(limit, Limit)
    return limit


def _of(path: str, label: str, help_text: str = "") -> Any:
    return _number(path, _limit(path), label, help_text)


class PolicyForm(forms.Form):
    """Names are paths into the config, "__" for the dot; a block's own name is its switch."""

    automatic = forms.BooleanField(
        required=False, label="Decide by rules",
        help_text="What can be told without a look at the images: time, untouched frames, suspicion.")
    automatic__reject_without_work = forms.BooleanField(required=False, label="Reject what was submitted without any work")
    automatic__reject_below_seconds = _of(
        "automatic.reject_below_seconds", "Reject when faster than, seconds a frame", "Empty: speed rejects nothing.")
    automatic__reject_untouched_from = _of(
        "automatic.reject_untouched_from", "Reject when so many frames are untouched, %",
        "Frames with nothing on them that nobody marked as “nothing here”. Empty: rejects nothing.")
    automatic__ask_suspicion_from = _of(
        "automatic.ask_suspicion_from", "Leave to a person from this suspicion on, 0 to 1",
        "Suspicion never rejects. 0.3 is medium, 0.6 high. Empty: leaves nothing to a person.")
    automatic__accept_rest = forms.BooleanField(
        required=False, label="Accept everything that nothing speaks against",
        help_text="Is asked last: only what no other part of this policy decides or waits for.")
    ground_truth = forms.BooleanField(
        required=False, label="Decide by ground truth", help_text="How well the work fits on frames whose right answer is known.")
    ground_truth__accept_from = _of("ground_truth.accept_from", "Accept from a score of, 0 to 1")
    ground_truth__reject_below = _of(
        "ground_truth.reject_below", "Reject below a score of, 0 to 1", "Between the two the next part decides, or you.")
    ground_truth__min_frames = _of("ground_truth.min_frames", "Only with so many frames that have ground truth")
    consensus = forms.BooleanField(
        required=False, label="Decide by consensus",
        help_text="Several Tolokers do each job, each alone. Whoever fits what most of them drew is right; what they agree on is "
                  "merged.")
    consensus__accept_from = _of("consensus.accept_from", "Accept from an agreement of, 0 to 1")
    consensus__reject_below = _of(
        "consensus.reject_below", "Reject below an agreement of, 0 to 1", "Between the two the next part decides, or you.")
    consensus__min_iou = _of("consensus.min_iou", "Two shapes are one object from an IoU of, 0.1 to 1")
    consensus__quorum = _of("consensus.quorum", "An object counts when so many drew it", "Empty: more than half.")
    consensus__max_people = _of("consensus.max_people", "Tolokers per job at most", "As long as they do not agree one more is asked.")
    verification = forms.BooleanField(
        required=False, label="Decide by the verification crowd", help_text="Other Tolokers are asked whether each frame is done well.")
    verification__min_confidence = _of(
        "verification.min_confidence", "An answer counts when it is so sure, %", "A tie never counts against anybody.")
    verification__ok_share = _of("verification.ok_share", "So many frames have to be right, %")
    verification__min_frames = _of("verification.min_frames", "At least so many frames have to be checked")
    max_rounds = _number("max_rounds", MAX_ROUNDS, "Reject a job at most so often",
                         "The next attempt that would be rejected is left to you.")
    stops = forms.BooleanField(required=False, label="Stop when it begins badly", help_text="Then a person looks before more is decided.")
    stop__first = _of("stop.first", "Looking at the first so many decisions")
    stop__accepted_share = _of("stop.accepted_share", "Stop if fewer are accepted than, %")
    against = forms.ChoiceField(required=False, label="Compare with", choices=[
        (DECIDED, "What was decided"), (IN_FORCE, "What the policy in force would decide")])

    def __init__(self, data: Any = None, *, config: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=_initial(config or {}))

    def clean(self) -> dict[str, Any]:
        """What stands in a block that is switched off is neither seen nor wanted, so it is not in the way either."""
        for name in [name for name in self.errors if "__" in name]:
            block = name.split("__")[0]
            if not self.cleaned_data.get("stops" if block == "stop" else block):
                del self.errors[name]
        return self.cleaned_data

    def config(self) -> dict[str, Any]:
        """What the service takes; switched-off blocks are left out."""
        found: dict[str, Any] = {block: self._values(block, FIELDS[block]) for block in ORDER if self.cleaned_data.get(block)}
        if found:
            found["stop"] = self._values("stop", STOP) if self.cleaned_data.get("stops") else None
            rounds = self.cleaned_data.get("max_rounds")
            found["max_rounds"] = MAX_ROUNDS.default if rounds is None else rounds
        return found

    def _values(self, block: str, fields: Mapping[str, Limit | bool]) -> dict[str, Any]:
        found = {}
        for name, limit in fields.items():
            value = self.cleaned_data.get(f"{block}__{name}")
            if isinstance(limit, Limit) and value is None and not limit.optional:
                value = limit.default
            elif value is not None and f"{block}.{name}" in _PERCENT:
                value = round(value / 100, 6)
            found[name] = value
        return found

    def complain(self, errors: Mapping[str, Any]) -> None:
        """The service's sentences at their fields; a block's at its switch, those about the whole above the form."""
        for path, sentences in errors.items():
            name = path.replace(".", "__")
            self.add_error(name if name in self.fields else None, sentences)


def _initial(config: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {block: bool(config.get(block)) for block in ORDER}
    stop = config.get("stop", {})
    found |= {"stops": stop is not None, "max_rounds": config.get("max_rounds", MAX_ROUNDS.default), "against": DECIDED}
    for block, fields in (*((block, FIELDS[block]) for block in ORDER), ("stop", STOP)):
        values = config.get(block) or {}
        for name, limit in fields.items():
            value = values.get(name, limit.default if isinstance(limit, Limit) else limit)
            percent = value is not None and f"{block}.{name}" in _PERCENT
            found[f"{block}__{name}"] = _plain(value * 100) if percent else value
    return found


def _plain(value: float) -> float | int:
    value = round(value, 4)
    return int(value) if value == int(value) else value
