"""Streaming writers and readers of other people's formats."""
from annotation.formats.registry import EXPORT_FORMATS, IMPORT_FORMATS

__all__ = ["EXPORT_FORMATS", "IMPORT_FORMATS"]
