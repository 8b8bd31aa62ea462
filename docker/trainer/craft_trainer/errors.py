"""What can go wrong, by what is to be done about it."""


class TrainerError(Exception):
    """The run can't succeed as things are; the message is a sentence that says what to do."""


class Unavailable(Exception):
    """A server does not answer just now; trying again later may help."""
