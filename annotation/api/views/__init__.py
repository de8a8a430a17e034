"""The REST API's views, by noun. Each fetches with permission, validates, calls one service, answers."""
