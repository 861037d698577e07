"""Errors as Amazon answers them: a code, a message, an HTTP status."""

#: HTTP status by error code where it is not 400: from botocore's service models, and S3's error reference.
STATUS = {
    "AccessDenied": 403,
    "ConflictException": 409,
    "ExpiredToken": 400,
    "InternalError": 500,
    "InternalFailureException": 500,
    "InternalServerException": 500,
    "LimitExceededException": 429,
    "NotFoundException": 404,
    "RequestTimeTooSkewed": 403,
    "ServiceUnavailable": 503,
    "ServiceUnavailableException": 503,
    "SlowDown": 503,
}


class AwsError(Exception):
    """What an operation answers instead of a result; match its code, the messages are ours."""

    def __init__(self, code: str, message: str = "", status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status or STATUS.get(code, 400)


def bad_request(message: str) -> AwsError:
    """What Transcribe answers to most mistakes."""
    return AwsError("BadRequestException", message)
