"""Rules of shapes and tags (docs/editor-protocol.md), and their canonical form."""
from annotation.shapes.canonical import canonical_json, digest_of
from annotation.shapes.validation import FrameSize, clean_frame
from annotation.shapes.vocabulary import Vocabulary

__all__ = ["FrameSize", "Vocabulary", "canonical_json", "clean_frame", "digest_of"]
