"""The control API: requesters, the clock, faults, robots, the request log. Off unless SANDBOX_CONTROL, loopback only."""
