"""How frames are cut into jobs."""


def cut(size: int, segment_size: int, frame_overlap: int) -> list[tuple[int, int]]:
    """(start_frame, stop_frame) pairs, inclusive, covering 0..size-1. `segment_size` 0: one job for all.

    Neighbours share `frame_overlap` frames; the last job may be shorter.

    >>> cut(7, 3, 1)
    [(0, 2), (2, 4), (4, 6)]
    """
    if segment_size == 0 or segment_size >= size:
        return [(0, size - 1)] if size else []
    if not 0 <= frame_overlap < segment_size:
        raise ValueError("frame_overlap must be smaller than segment_size")
    pairs = []
    start = 0
    while True:
        stop = min(start + segment_size, size) - 1
        pairs.append((start, stop))
        if stop == size - 1:
            return pairs
        start += segment_size - frame_overlap
