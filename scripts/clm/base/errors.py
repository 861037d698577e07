"""Errors that are meant for the person who runs the workflow."""


class UserError(Exception):
    """An error that the user can fix.

    The text says what happened and where (file, key or folder); the hint says what to do about it.

    >>> print(UserError("config/my.yaml: unknown key 'inptu'", hint="did you mean 'input'?"))
    config/my.yaml: unknown key 'inptu'
    Hint: did you mean 'input'?
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nHint: {self.hint}"


class PassingError(UserError):
    """An error that may not recur in the next run (network, throttling, expired credentials); it decides nothing."""


class NotSetUpError(PassingError):
    """A missing setup that only the user can provide, and need not: the run is complete without it."""


def passing(error: UserError) -> dict[str, bool]:
    """Fields of a record on an error: whether to try again (`retry`), and whether something is missing (`unfinished`).

    >>> passing(UserError("no", "")), passing(PassingError("busy", "")), passing(NotSetUpError("off", ""))
    ({}, {'retry': True, 'unfinished': True}, {'retry': True, 'unfinished': False})
    """
    if not isinstance(error, PassingError):
        return {}
    return {"retry": True, "unfinished": not isinstance(error, NotSetUpError)}
