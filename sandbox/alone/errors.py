"""What stops the starter."""


class AloneError(RuntimeError):
    """It cannot go on; the message is a whole sentence for the person at the terminal."""
