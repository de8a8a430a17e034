"""Frames of a task for its ground truth job."""
import re
from typing import Any

from django import forms

from annotation.sampling import GT, MANUAL, PER_JOB, UNIFORM, Choice

_RANGE = re.compile(r"(\d{1,9})(?:\s*[-–]\s*(\d{1,9}))?")
_MOST = 100_000


class GroundTruthForm(forms.Form):
    """Which frames, in one of three ways."""

    frame_selection_method = forms.ChoiceField(
        label="Choose frames", initial=UNIFORM, widget=forms.RadioSelect,
        choices=[(UNIFORM, "by chance, of the whole task"), (PER_JOB, "by chance, some of every job"), (MANUAL, "by hand")])
    frame_count = forms.IntegerField(required=False, min_value=1, max_value=1_000_000, initial=10, label="Frames",
                                     help_text="Of the task, or of each job. Leave it empty when you choose by hand.")
    frames = forms.CharField(required=False, max_length=20_000, label="Their numbers",
                             widget=forms.TextInput(attrs={"placeholder": "0, 7, 12-15"}), help_text="Only when you choose by hand.")

    def clean_frames(self) -> list[int]:
        numbers: list[int] = []
        for part in filter(None, (piece.strip() for piece in self.cleaned_data["frames"].split(","))):
            found = _RANGE.fullmatch(part)
            first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
            if last < first or last - first >= _MOST or len(numbers) > _MOST:
                raise forms.ValidationError(f"“{part[:40]}” is not a frame's number, nor a range like 12-15.")
            numbers += range(first, last + 1)
        return list(dict.fromkeys(numbers))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        by_hand = cleaned.get("frame_selection_method") == MANUAL
        if by_hand and not cleaned.get("frames") and "frames" not in self.errors:
            self.add_error("frames", "Name at least one frame.")
        if not by_hand and not cleaned.get("frame_count") and "frame_count" not in self.errors:
            self.add_error("frame_count", "Say how many.")
        return cleaned

    def choice(self) -> Choice:
        method, count = self.cleaned_data["frame_selection_method"], self.cleaned_data["frame_count"]
        if method == MANUAL:
            return Choice(GT, method, frames=self.cleaned_data["frames"])
        return Choice(GT, method, **{"frame_count" if method == UNIFORM else "frames_per_job_count": count})
