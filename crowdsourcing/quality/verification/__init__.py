"""The loop of a verification crowd: submitted work becomes questions, answers become evidence, the pool's policy decides.

Its whole state is rows. A turn may die between any two lines: what it asked is found again by operation id and key, what it read is written
with its cursor, what it concluded is written once; the next turn goes on from there. One turn at a time: see turns.
"""
from crowdsourcing.quality.verification.turns import Turn, carry_on, verifications_in_use

__all__ = ["Turn", "carry_on", "verifications_in_use"]
