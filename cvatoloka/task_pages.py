"""Where Toloka's task pages are served from: origins that may show the editor in a frame. Settings, demo and compose file name the same."""

TOLOKA_ORIGINS = ("https://iframe-toloka.com", "https://*.iframe-toloka.com", "https://toloka.dev", "https://*.toloka.ai")
