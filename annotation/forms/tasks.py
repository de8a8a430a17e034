"""A task, its images, exports."""
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from annotation.formats import EXPORT_FORMATS
from annotation.formats.registry import is_enabled
from annotation.ingest.options import MAX_NUMBER, Options
from annotation.models import CloudStorage, SortingMethod
from annotation.sampling import GT, GT_POOL, UNIFORM, Choice
from annotation.services.storages import storages_for

FILES, URLS, TABLE, SHARE, CLOUD = "files", "urls", "table", "share", "cloud"
SORTING = (
    (SortingMethod.NATURAL, "Natural (2 before 10)"),
    (SortingMethod.LEXICOGRAPHICAL, "Lexicographical (10 before 2)"),
    (SortingMethod.PREDEFINED, "Predefined (as given)"),
    (SortingMethod.RANDOM, "Random"),
)


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """A list of uploaded files; [] for none."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [super(ManyFilesField, self).clean(one, initial) for one in data or []]


def _names(example: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 4, "class": "mono", "spellcheck": "false", "placeholder": example, "data-chosen-names": ""})


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class SourceForm(forms.Form):
    """Where the images come from. Only the chosen tab counts, whatever was typed in the others."""

    source = forms.ChoiceField(
        choices=[(FILES, "Upload"), (URLS, "List of URLs"), (TABLE, "Table with URLs"), (SHARE, "Server share"), (CLOUD, "Cloud storage")],
        initial=FILES, widget=forms.HiddenInput)
    # The form class takes declared fields away again: `self.files` stays what was uploaded.
    files = ManyFilesField(  # type: ignore[assignment]
        required=False, label="Images, zip archives or one video",
        widget=ManyFilesInput(attrs={"accept": "image/*,video/*,.zip,.mkv", "multiple": True}))
    urls = forms.CharField(
        required=False, label="Addresses, one a line", max_length=4_000_000,
        widget=forms.Textarea(attrs={"rows": 9, "class": "mono", "spellcheck": "false", "placeholder": "https://example.org/photos/1.jpg"}))
    table = forms.FileField(
        required=False, label="TSV or CSV file", help_text="UTF-8, with column names in its first line.",
        widget=forms.FileInput(attrs={"accept": ".tsv,.csv,.txt,text/csv,text/tab-separated-values"}))
    column = forms.CharField(
        required=False, max_length=256, label="Column with the addresses", help_text="May stay empty when only one column holds addresses.")
    share_files = forms.CharField(required=False, label="Taken from the share, one a line", max_length=1_000_000, widget=_names("photos/"))
    cloud_storage = forms.ModelChoiceField(CloudStorage.objects.none(), required=False, label="Cloud storage", empty_label="Choose one")
    cloud_files = forms.CharField(required=False, label="Taken from the bucket, one a line", max_length=1_000_000, widget=_names("photos/"))
    step = forms.IntegerField(
        required=False, min_value=1, max_value=1_000_000, label="Take every", widget=forms.NumberInput(attrs={"placeholder": "1"}),
        help_text="10: every tenth image, or picture of the video.")
    start_frame = forms.IntegerField(
        required=False, min_value=0, max_value=MAX_NUMBER, label="From", widget=forms.NumberInput(attrs={"placeholder": "0"}),
        help_text="Counted from 0, in the order chosen.")
    stop_frame = forms.IntegerField(
        required=False, min_value=0, max_value=MAX_NUMBER, label="To", widget=forms.NumberInput(attrs={"placeholder": "the last"}))
    truth_frames = forms.IntegerField(
        required=False, min_value=1, max_value=1_000_000, label="Ground truth frames",
        widget=forms.NumberInput(attrs={"placeholder": "none"}),
        help_text="Chosen by chance. You draw what is right on them, and work on them is measured by it.")
    honeypots = forms.IntegerField(
        required=False, min_value=1, max_value=1_000_000, label="Honeypots per job",
        widget=forms.NumberInput(attrs={"placeholder": "none"}),
        help_text="So many of these frames are mixed into each job instead; annotators cannot tell them, exports leave them out.")
    skip_bad = forms.BooleanField(
        required=False, label="Leave out files that cannot be used, instead of refusing all",
        help_text="The task page then lists what was left out.")

    def __init__(self, *arguments: Any, user: Any = None, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.fields["cloud_storage"].queryset = storages_for(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        source = cleaned.get("source")
        start, stop = cleaned.get("start_frame") or 0, cleaned.get("stop_frame")
        if stop is not None and stop < start:
            self.add_error("stop_frame", "The last one lies before the first.")
        if cleaned.get("honeypots") and not cleaned.get("truth_frames") and "truth_frames" not in self.errors:
            self.add_error("truth_frames", "Honeypots are pictures of ground truth frames: say how many there shall be.")
        if source == SHARE and not (cleaned.get("share_files") or "").strip():
            self.add_error("share_files", "Choose files or folders of the share.")
        if source == CLOUD and not cleaned.get("cloud_storage") and "cloud_storage" not in self.errors:
            self.add_error("cloud_storage", "Choose a cloud storage.")
        if source == CLOUD and not (cleaned.get("cloud_files") or "").strip():
            self.add_error("cloud_files", "Choose files or folders of the bucket.")
        if source == FILES and not cleaned.get("files") and "files" not in self.errors:
            self.add_error("files", "Choose at least one image, zip archive or video.")
        if source == FILES and len(cleaned.get("files") or []) > settings.INGEST_MAX_FILES:
            self.add_error("files", f"At most {settings.INGEST_MAX_FILES} files fit into a task. Make several tasks.")
        if source == URLS and not (cleaned.get("urls") or "").strip() and "urls" not in self.errors:
            self.add_error("urls", "Give at least one address.")
        if source == TABLE and not cleaned.get("table") and "table" not in self.errors:
            self.add_error("table", "Choose a TSV or CSV file.")
        return cleaned

    def sources(self) -> dict[str, Any]:
        """Arguments of `services.tasks.start_ingest` besides the uploads."""
        cleaned = self.cleaned_data
        options = Options(cleaned["start_frame"] or 0, cleaned["stop_frame"], cleaned["step"] or 1, validation=self._validation())
        wanted = {"skip_bad": cleaned["skip_bad"], "options": options}
        if cleaned["source"] == SHARE:
            return {**wanted, "server_files": _lines(cleaned["share_files"])}
        if cleaned["source"] == CLOUD:
            return {**wanted, "server_files": _lines(cleaned["cloud_files"]), "cloud_storage": cleaned["cloud_storage"]}
        if cleaned["source"] == URLS:
            return {**wanted, "urls": cleaned["urls"].splitlines()}
        if cleaned["source"] == TABLE:
            return {**wanted, "table": cleaned["table"], "column": cleaned["column"].strip()}
        return wanted

    def _validation(self) -> dict[str, Any]:
        count, honeypots = self.cleaned_data["truth_frames"], self.cleaned_data["honeypots"]
        if not count:
            return {}
        return Choice(GT_POOL if honeypots else GT, UNIFORM, frame_count=count, frames_per_job_count=honeypots).params()

    def uploads(self) -> list[UploadedFile]:
        return self.cleaned_data["files"] if self.cleaned_data["source"] == FILES else []


class TaskForm(SourceForm):
    name = forms.CharField(max_length=256, widget=forms.TextInput(attrs={"autofocus": True, "placeholder": "e.g. Morning, batch 1"}))
    segment_size = forms.IntegerField(
        initial=10, min_value=0, max_value=1_000_000, label="Frames per job",
        help_text="One person annotates one job at a time. 0 makes one job of all frames.")
    frame_overlap = forms.IntegerField(
        initial=0, min_value=0, max_value=1_000_000, label="Frame overlap",
        help_text="Frames that neighbouring jobs share; 0 is right for a crowd.")
    sorting_method = forms.ChoiceField(choices=SORTING, initial=SortingMethod.NATURAL, label="Order of frames")
    field_order = ["name", "segment_size", "frame_overlap", "sorting_method"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        size, overlap = cleaned.get("segment_size"), cleaned.get("frame_overlap")
        if cleaned.get("honeypots") and cleaned.get("sorting_method") != SortingMethod.RANDOM:
            self.add_error("sorting_method", "Honeypots need the random order: in any other they would stand out.")
        if cleaned.get("honeypots") and overlap:
            self.add_error("frame_overlap", "Jobs with honeypots share no frames: set this to 0.")
        if overlap and size is not None and overlap >= size:
            self.add_error("frame_overlap", "The overlap must be smaller than the frames per job, and needs them set.")
        return cleaned


class TaskSettingsForm(forms.Form):
    """What may change later; the cut only as long as there are no frames."""

    name = forms.CharField(max_length=256)


class ExportForm(forms.Form):
    """What to export, and how."""

    format = forms.ChoiceField(
        choices=lambda: [(name, name) for name, known in EXPORT_FORMATS.items() if is_enabled(known)], label="Format",
        help_text="CVAT and Datumaro hold everything. What a format cannot hold is counted in the export's report.")
    which = forms.ChoiceField(
        label="Annotations of", initial="accepted", widget=forms.RadioSelect,
        choices=[("accepted", "accepted jobs only"), ("all", "all jobs")])
    version = forms.ChoiceField(
        label="Shapes", initial="now", required=False, widget=forms.RadioSelect,
        choices=[("now", "as they are now, with reviewers' corrections"), ("submitted", "as they were submitted, without corrections")])
    save_images = forms.BooleanField(required=False, label="Put the images into the archive")
    skip_unchecked = forms.BooleanField(
        required=False, label="Leave out frames that nobody checked",
        help_text="Frames whose pre-annotations nobody changed or confirmed.")
    provenance = forms.BooleanField(
        required=False, label="Add who made each shape",
        help_text="A table beside the annotations: Toloker (under a name made up here), assignment, price, verdict, corrections, guide. "
                  "In COCO also as attributes.")

    def __init__(self, *args: Any, several: bool = False, **kwargs: Any) -> None:
        """`several`: there are jobs that several people do."""
        super().__init__(*args, **kwargs)
        if several:
            self.fields["version"].help_text = (
                "Of jobs that several people do you get their merged work as it is now, or what each of them submitted: then the pictures "
                "are in the file once for each person, in folders of their own (job_…).")

    def arguments(self) -> dict[str, Any]:
        """Of `services.exports.start_export`."""
        cleaned = dict(self.cleaned_data)
        version = cleaned.pop("version") or "now"
        return {"only_accepted": cleaned.pop("which") == "accepted", "version": version, **cleaned}
