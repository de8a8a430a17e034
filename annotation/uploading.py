"""Files of a request on their way in, each in a closed temporary file: ten thousand of them need no open file each."""
import os
import tempfile
import weakref
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class ClosedFile(UploadedFile):
    """An uploaded file on disk that is opened when somebody reads it. It goes with the request, unless a storage moved it away."""

    def __init__(self, path: str, **about: Any) -> None:
        self._path = path
        self._open: IO[bytes] | None = None
        super().__init__(None, **about)
        self._forget = weakref.finalize(self, Path(path).unlink, missing_ok=True)

    @property
    def file(self) -> IO[bytes]:
        """Opened by the first look."""
        if self._open is None or self._open.closed:
            self._open = open(self._path, "rb")
        return self._open

    @file.setter
    def file(self, value: IO[Any] | None) -> None:
        # Django's constructor sets it; there is nothing to keep.
        pass

    def temporary_file_path(self) -> str:
        """Storages on the same disk rename it instead of copying."""
        return self._path

    def close(self) -> None:
        """Called at the end of the request."""
        if self._open is not None:
            self._open.close()
        self._forget()


class ClosedFileUploadHandler(FileUploadHandler):
    """Writes one file at a time."""

    _writing: IO[bytes] | None = None

    def new_file(self, *arguments: Any, **names: Any) -> None:
        """Of one part of a form."""
        super().new_file(*arguments, **names)
        self._writing = tempfile.NamedTemporaryFile(suffix=".upload", dir=settings.FILE_UPLOAD_TEMP_DIR, delete=False)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Nothing is left for other handlers."""
        assert self._writing is not None
        self._writing.write(raw_data)

    def file_complete(self, file_size: int) -> ClosedFile:
        """The file of the form."""
        assert self._writing is not None
        writing, self._writing = self._writing, None
        writing.close()
        return ClosedFile(
            writing.name, name=self.file_name, content_type=self.content_type, size=file_size, charset=self.charset,
            content_type_extra=self.content_type_extra)

    def upload_interrupted(self) -> None:
        """The half of a file that came."""
        if self._writing is not None:
            self._writing.close()
            os.unlink(self._writing.name)
            self._writing = None
