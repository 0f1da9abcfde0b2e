"""Reads an error like a user who also sees its traceback."""


def check_report(error: BaseException, secret: str) -> str:
    """Return the message of an error; neither the error nor one of its causes has the secret."""
    cause: BaseException | None = error
    while cause:
        assert secret not in f"{cause} {cause!r} {cause.args}"
        cause = cause.__context__
    return str(error)
