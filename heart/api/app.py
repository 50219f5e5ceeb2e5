"""The routes of the API."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

import heart
from heart.api import answers
from heart.api.answers import Answer
from heart.api.body import check_parameters, read_body
from heart.api.desk import Desk
from heart.api.document import (
    FINGERPRINT,
    PREVALENCE,
    make_document,
    predict_extra,
    ref,
    responses,
)
from heart.api.problems import (
    RefusedError,
    broken,
    json_response,
    problem_response,
)
from heart.commands.output import write_json
from heart.environment import ApiSettings
from heart.errors import HeartError

ABOUT = (
    "The answers of `python -m heart`, for programs: a probability of heart disease, not a"
    " diagnosis. A research model on data of 1989; not a medical device."
)


class Endpoints:
    """What answers each route.

    Args:
        settings: the limits.
        desk: who makes the answers.
    """

    def __init__(self, settings: ApiSettings, desk: Desk) -> None:
        self._settings, self._desk = settings, desk

    async def predict(self, request: Request) -> Response:
        """The probability of heart disease for one patient, as `python -m heart predict --json`
        prints it; or for an array of patients, in its order, as it prints them for lines: one that
        cannot be gets an error in its place, the others their answers.
        """
        check_parameters(request, [PREVALENCE])
        async with self._desk.place():
            content = await read_body(request, self._settings.max_bytes)
            share, most = request.query_params.get(PREVALENCE), self._settings.max_patients
            return _respond(await self._desk.make(partial(answers.predict, content, share, most)))

    async def model(self, request: Request) -> Response:
        """What is in the active model, as `python -m heart show --json` prints it."""
        return await self._describe(request, answers.model)

    async def card(self, request: Request) -> Response:
        """The active model's card, as `python -m heart card --json` prints it."""
        return await self._describe(request, answers.card)

    async def _describe(self, request: Request, make: Callable[[], Answer]) -> Response:
        check_parameters(request)
        async with self._desk.place():
            return _respond(await self._desk.make(make))


def make_api(settings: ApiSettings, server: str, *, desk: Desk | None = None) -> FastAPI:
    """The API without its door.

    Args:
        settings: the limits.
        server: where it is mounted, as a path.
        desk: who makes the answers.
    """
    api = FastAPI(
        title="Heart",
        version=heart.__version__,
        description=ABOUT,
        openapi_url=None,  # FastAPI's own pages load scripts from elsewhere
        redirect_slashes=False,
        exception_handlers={
            HeartError: _refuse,
            HTTPException: _refuse_route,
            Exception: _refuse_fault,
        },
    )
    ask = Endpoints(settings, desk or Desk())
    routes = (
        ("/predict", "POST", ask.predict, predict_extra(settings)),
        ("/model", "GET", ask.model, {"responses": responses(ref("Model"))}),
        ("/card", "GET", ask.card, {"responses": responses(ref("Card"))}),
    )
    for path, method, answer, extra in routes:
        name = path[1:]
        api.add_api_route(
            path, answer, methods=[method], name=name, operation_id=name, openapi_extra=extra
        )
    document = write_json(make_document(api, settings, server))

    async def tell_document(request: Request) -> Response:
        check_parameters(request)
        return json_response(document)

    api.add_api_route("/openapi.json", tell_document, methods=["GET"], include_in_schema=False)
    return api


def _respond(answer: Answer) -> Response:
    return json_response(answer.text, headers={FINGERPRINT: answer.fingerprint})


async def _refuse(_: Request, error: Exception) -> Response:
    return problem_response(error if isinstance(error, HeartError) else broken())


async def _refuse_fault(_: Request, __: Exception) -> Response:
    """What is told; the door writes into the log which kind of fault it was, and where."""
    return problem_response(broken())


async def _refuse_route(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = getattr(error, "headers", None) or {}
    wanted = "POST predict, GET model, GET card or GET openapi.json"
    found = "another method" if status == 405 else "something else"
    action = "The document openapi.json says what there is."
    return problem_response(RefusedError(status, wanted, found, action, headers=headers))
