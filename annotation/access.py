"""Who may change a job's shapes right now, and why not."""
from annotation.models import EditorSession, Job, JobStage, JobState


def read_only_reason(job: Job, mode: str, attempt: str = "") -> str | None:
    """A sentence when the job's shapes may not be changed in this mode (EditorSession.Mode) for this attempt, else None."""
    if mode == EditorSession.Mode.CORRECTION:
        return "A correction is a draft of its own (services.corrections)."
    if mode == EditorSession.Mode.REVIEW:
        return "This is a review: shapes can be looked at, not changed."
    if mode == EditorSession.Mode.TOLOKER:
        if job.attempt != attempt:
            return "This job was taken away from you, for example because its time ran out."
        return None if job.stage == JobStage.ANNOTATION else "This job is submitted: it cannot be changed any more."
    if job.attempt:
        # Corrections by the requester are possible once the work is accepted; before that it is the annotator's record.
        if job.stage == JobStage.ANNOTATION and job.state == JobState.IN_PROGRESS:
            return "Somebody is working on this job right now."
        if job.stage == JobStage.VALIDATION:
            return "This job waits for its review or was rejected: accept it before you correct it."
        return None
    return "This job is finished. Reopen it to change its shapes." if job.state == JobState.COMPLETED else None


def given_reason(job: Job) -> str | None:
    """The same for whom the job is given to and who has no other say in its project: they change it while it is being annotated."""
    if job.stage == JobStage.ANNOTATION:
        return None
    if job.stage == JobStage.VALIDATION:
        return "This job is under review. Wait until it is accepted or given back to you."
    return "This job is accepted: it cannot be changed any more."
