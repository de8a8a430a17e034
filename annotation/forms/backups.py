"""A backup that becomes a task or a project."""
from django import forms


class RestoreForm(forms.Form):
    file = forms.FileField(
        label="Backup", help_text="A zip archive that “Back up” made, here or in CVAT.",
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages={"required": "Choose a backup.", "empty": "This file is empty."})
