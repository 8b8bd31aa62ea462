"""What can go wrong."""


class CraftStreamError(Exception):
    """The message is a sentence that says what to do."""
