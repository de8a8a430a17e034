"""What kind of file something is: by its first bytes, or by its name where looking costs too much."""
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi")
ARCHIVE_SUFFIXES = (".zip",)
# ISO files that hold still pictures.
_STILL_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heif", b"mif1", b"msf1")


def video_container(head: bytes) -> str:
    """FFmpeg's name of the container that begins so, or "": "mov" for MP4 and QuickTime, "matroska" for MKV and WebM, "avi"."""
    if head[4:8] == b"ftyp" and head[8:12] not in _STILL_BRANDS:
        return "mov"
    # QuickTime files of old begin with any of these atoms.
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return "mov"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "matroska"
    return "avi" if head[:4] == b"RIFF" and head[8:12] == b"AVI " else ""


def is_video(head: bytes) -> bool:
    """By its first bytes."""
    return bool(video_container(head))


def has_image_suffix(name: str) -> bool:
    return name.lower().endswith(IMAGE_SUFFIXES)


def may_be_video(name: str) -> bool:
    return name.lower().endswith(VIDEO_SUFFIXES)


def may_be_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def is_wanted(name: str) -> bool:
    """Of the files in a folder: what can become frames."""
    return has_image_suffix(name) or may_be_video(name) or may_be_archive(name)
