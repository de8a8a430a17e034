"""The rulebook: what may happen to pools, tasks and assignments, and what follows from it. No HTTP here.

Every function that changes something takes `at`, the sandbox's time of the change. Rows are locked in one order,
Toloker, pool, assignment, tasks, requester, so that no two requests wait for each other.
"""
