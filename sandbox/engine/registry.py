"""Every module that registers something by being imported: listeners of events, things that fall due, collectors and actions."""
from sandbox.engine import assignments, attachments, people, pools, quality  # noqa: F401
