"""Every module that registers something by being imported: listeners of events, things that fall due, collectors and actions."""
from sandbox.engine import assignments, attachments, dynamic_overlap, forgotten, people, pools, restrictions, trainings  # noqa: F401
from sandbox.engine.quality import moments  # noqa: F401
from sandbox.webhooks import events as webhook_events  # noqa: F401
