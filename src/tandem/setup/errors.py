"""What can go wrong."""


class SetupError(Exception):
    """The set-up cannot go on; the text says why and what to do. ``code`` is the exit status."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code
