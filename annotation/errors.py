"""What the services of this room raise. Doors (pages, REST, admin) turn them into answers."""


class Refused(Exception):
    """A request that cannot be done now. `sentence` is for people and says the next step; `code` is for programs."""

    def __init__(self, sentence: str, code: str = "refused") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


class Forbidden(Refused):
    """The actor's role does not allow it. HTTP 403."""

    def __init__(self, sentence: str, code: str = "forbidden") -> None:
        super().__init__(sentence, code)


class RevisionConflict(Refused):
    """Somebody saved since; `revision` is the job's (or the submitted snapshot's) own. HTTP 409."""

    def __init__(self, revision: int) -> None:
        super().__init__("Somebody saved this job since you opened it. Load it again, then repeat your change.", "revision_conflict")
        self.revision = revision


class ReadOnly(Refused):
    """The job may not be changed by this caller. HTTP 409."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, "read_only")


class InvalidAnnotations(Refused):
    """Shapes or tags that cannot be stored. `errors` maps a path such as "frames.0.shapes.2.points" to a sentence. HTTP 400."""

    def __init__(self, errors: dict[str, str]) -> None:
        first = next(iter(errors.items()))
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{first[0]}: {first[1]}{more}", "invalid")
        self.errors = errors
