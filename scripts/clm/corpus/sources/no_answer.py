"""Causes of requests over HTTP that got no answer, or another than that of the server they were meant for."""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

#: Answers of proxies and networks in between, by status.
OF_THE_NETWORK = {
    407: "the proxy wants a login (HTTP 407); see the variable HTTPS_PROXY",
    511: "the network wants a login (HTTP 511); open any page in a browser and log in",
}


def cause(error: BaseException) -> str:
    """Why there was no answer, as one clause.

    >>> cause(ConnectionRefusedError()), cause(TimeoutError()), cause(ValueError("x"))
    ('connection refused', 'none in time', 'ValueError')
    """
    from requests.exceptions import ProxyError, SSLError, Timeout, TooManyRedirects
    from urllib3.exceptions import TimeoutError as PoolTimeout

    chain = list(_chain(error))
    names = {type(one).__name__ for one in chain}
    if isinstance(error, ProxyError):
        return "the proxy does not let it through; see the variable HTTPS_PROXY"
    if isinstance(error, SSLError):
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return "its certificate is not trusted; if a proxy opens TLS, name its certificate in REQUESTS_CA_BUNDLE"
        return "TLS fails; is it https?"
    if names & {"NameResolutionError", "gaierror", "LocationParseError"}:
        return "its name is not found; is there a network?"
    if isinstance(error, Timeout | TimeoutError | PoolTimeout) or "TimeoutError" in names:
        return "none in time"
    if isinstance(error, TooManyRedirects):
        return "it redirects in a circle"
    if "ConnectionRefusedError" in names or "refused" in str(error):
        return "connection refused"
    return type(error).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it wraps, and what it was raised from."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *getattr(one, "args", ())]


def seconds_to_wait(retry_after: str | None) -> float:
    """The waiting time a Retry-After header names, in seconds or as a date.

    >>> [seconds_to_wait(value) for value in ("7", "Wed, 21 Oct 2015 07:28:00 GMT", "soon", None)]
    [7.0, 0.0, 0.0, 0.0]
    """
    if not retry_after:
        return 0.0
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return 0.0
