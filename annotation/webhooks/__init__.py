"""News that go out: what may be told (events), writing it down where it happens (announcing), and telling it (claims, sending, telling).

A service says what it changed (`announces`, `changing`, `announce`); nobody listens with signals. The row of a delivery is written in the
transaction of the change, so neither is there without the other; a Celery task tells it afterwards, at least once.
"""
