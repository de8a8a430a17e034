"""How far a share that was counted a few times can be trusted."""
import math

# 95 %, both sides.
Z = 1.959963984540054


def wilson(right: float, total: float, z: float = Z) -> tuple[float, float]:
    """(low, high) of the share `right` / `total` by Wilson's score, 0..1; (0, 1) when nothing was counted.

    `right` may be a fraction (expected right answers, summed IoU): values within 0..1 vary at most as much as right and wrong do, so
    the interval is rather too wide than too narrow.
    """
    if total <= 0:
        return 0.0, 1.0
    share = min(max(right / total, 0.0), 1.0)
    middle = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    whole = 1 + z * z / total
    # Of none and of all one end is the share itself; the sums above miss it by a last digit, which pages would word as "< 1 %".
    return (max(0.0, (middle - half) / whole) if share > 0 else 0.0), (min(1.0, (middle + half) / whole) if share < 1 else 1.0)
