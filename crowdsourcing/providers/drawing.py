"""What a platform must be able to do for pools that are annotated in its own image annotation. Rules as in providers.base."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from crowdsourcing.providers.base import RemoteProject, RemoteTask


@dataclass(frozen=True, slots=True)
class DrawingProjectSpec:
    """`labels`: (name, colour "#rrggbb"), none where there is only one to give; `shapes`: of rectangle, polygon and point;
    `needed`: an image without a region cannot be submitted."""

    mark: str
    name: str
    description: str
    instructions_html: str
    labels: tuple[tuple[str, str], ...]
    shapes: tuple[str, ...]
    needed: bool = False


@dataclass(frozen=True, slots=True)
class DrawingPage:
    """A job: its key, and (number of the frame, address of its image) for each of its frames."""

    job_key: str
    images: tuple[tuple[int, str], ...]


class Drawing(Protocol):
    """A job is one task in a pool of single images, and a task suite of one task an image where PoolSpec.together is set; `id` of a
    RemoteTask, and what the methods of single tasks take and give, is the one or the other.

    The `solution` of an assignment is {"frames": [{"frame": number, "result": regions or None}, …]}, one for each image.
    """

    def ensure_drawing_project(self, spec: DrawingProjectSpec) -> "RemoteProject":
        """The project that carries `spec.mark`; made if there is none. Never two."""

    def update_drawing_project(self, project_id: str, spec: DrawingProjectSpec) -> "RemoteProject": ...

    def ensure_drawings(self, pool_id: str, pages: Sequence[DrawingPage], operation_id: UUID, *, together: bool,
                        overlap: int = 1) -> "list[RemoteTask]":
        """As ensure_tasks, for jobs whose images are shown by the platform itself."""

    def drawings(self, pool_id: str, *, together: bool, overlap_from: int = 0) -> "list[RemoteTask]":
        """The pool's jobs, optionally only those with at least so much overlap."""

    def reissue_drawing(self, drawing_id: str, *, overlap: int, together: bool) -> "RemoteTask":
        """Set the overlap (absolute) and open the pool if it is closed."""

    def withdraw_drawing(self, drawing_id: str, *, overlap: int, together: bool) -> "RemoteTask":
        """Lower the overlap, never below what is given out."""
