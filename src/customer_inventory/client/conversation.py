"""The course of a call: the token, the request, what is sent again and when, the answer.

It is told as steps, so that both clients take the same ones: each step is a request to send or
seconds to wait, and is answered with what came of it.
"""

from collections.abc import Generator

import httpx

from customer_inventory.client.call import TOKEN, Call, answered
from customer_inventory.client.credential import ClientCredentials, Keeper
from customer_inventory.client.error import ClientError, NotAuthenticated, Unreachable
from customer_inventory.client.retry import Retry

Came = httpx.Response | httpx.TransportError
Step = httpx.Request | float
Course = Generator[Step, Came | None, httpx.Response]


def course(
    http: httpx.Client | httpx.AsyncClient, keeper: Keeper, retry: Retry, call: Call
) -> Course:
    """Take the steps of a call; raise the failure that it ends with."""
    try:
        return (yield from _with_token(http, keeper, retry, call))
    except NotAuthenticated:
        # The token was revoked or its key is gone: another one may do. It was not looked at.
        if not keeper.forget():
            raise
    return (yield from _with_token(http, keeper, retry, call))


def _with_token(
    http: httpx.Client | httpx.AsyncClient, keeper: Keeper, retry: Retry, call: Call
) -> Course:
    credential = keeper.asks
    if not keeper.held and credential is not None:
        answer = yield from _until_answered(retry, _token_request(http, credential))
        told = answer.json()
        keeper.keep(str(told["access_token"]), float(told["expires_in"]))
    request = http.build_request(call.method, call.path, **call.sent)
    request.headers["Authorization"] = f"Bearer {keeper.held}"
    return (yield from _until_answered(retry, request))


def _token_request(
    http: httpx.Client | httpx.AsyncClient, credential: ClientCredentials
) -> httpx.Request:
    request = http.build_request("POST", TOKEN, data=credential.form)
    basic = httpx.BasicAuth(credential.client_id, credential.secret)
    return next(basic.auth_flow(request))


def _until_answered(retry: Retry, request: httpx.Request) -> Course:
    attempt = 1
    while True:
        came = yield request
        assert came is not None  # noqa: S101 - the answer to a request
        wait = retry.wait(attempt, request.method, came) if _is_worth_it(came) else None
        if wait is None:
            return answered(_answer(came))
        yield wait
        attempt += 1


def _is_worth_it(came: Came) -> bool:
    return not isinstance(came, httpx.Response) or came.is_error


def _answer(came: Came) -> httpx.Response:
    if isinstance(came, httpx.TransportError):
        raise Unreachable(f"No answer: {came or type(came).__name__}.") from came
    return came


__all__ = ["Call", "Came", "ClientError", "Course", "Step", "course"]
