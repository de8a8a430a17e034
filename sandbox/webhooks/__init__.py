"""News on its way to requesters' own servers: what happened is written to an outbox with it, and called out by the ticker.

`events` writes, `outbox` claims and settles, `push` calls, signed by `signing`, `courier` is the loop beside the calendar.
"""
