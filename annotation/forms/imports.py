"""Shapes out of a file into a task."""
from typing import Any

from django import forms

from annotation.formats import IMPORT_FORMATS
from annotation.formats.registry import is_enabled
from annotation.models import ImportedFrame

_KINDS = (
    (ImportedFrame.Kind.PREANNOTATION, "Pre-annotations: a starting point that annotators check and correct"),
    (ImportedFrame.Kind.GROUND_TRUTH, "Ground truth: what is right; annotators never see it, their work is compared with it"),
)


class ImportForm(forms.Form):
    file = forms.FileField(
        label="File", help_text="COCO, CVAT, Datumaro, YOLO, Pascal VOC, ImageNet, or results of Toloka; a zip archive where it is "
                                "several files. Images and labels are matched by name.",
        widget=forms.FileInput(attrs={"accept": ".json,.xml,.tsv,.zip"}), error_messages={
            "required": "Choose a file.", "empty": "This file is empty."})
    kind = forms.ChoiceField(label="What it is", choices=_KINDS, initial=ImportedFrame.Kind.PREANNOTATION, widget=forms.RadioSelect)
    format = forms.ChoiceField(
        label="Format", required=False, choices=lambda: [
            ("", "What the file says"), *((name, name) for name, known in IMPORT_FORMATS.items() if is_enabled(known))])
    leave_out = forms.BooleanField(
        required=False, label="Leave out what does not fit, instead of importing nothing",
        help_text="Unknown labels and images, shapes outside the image and the like are listed either way.")

    def arguments(self) -> dict[str, Any]:
        """Of `services.imports.start_import`."""
        return dict(self.cleaned_data)
