"""What stops the demo."""


class DemoError(RuntimeError):
    """The demo cannot go on; the message is a whole sentence for the person at the terminal."""
