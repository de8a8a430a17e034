"""Backups of tasks and projects, from which they can be made again, and their restoring. docs/cvat-clients.md has the layout."""
