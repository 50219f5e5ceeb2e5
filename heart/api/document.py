"""The OpenAPI document: what FastAPI says of the routes, and the schemas of what they take
and give.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from heart.api.problems import JSON
from heart.api.schemas import all_schemas
from heart.environment import ApiSettings
from heart.schema import EXAMPLE_PATIENT

FINGERPRINT = "Heart-Model-Fingerprint"
PREVALENCE = "prevalence"

SHARED = {
    400: "a parameter that does not belong there",
    401: "no token, or another",
    403: "from elsewhere, while the server has no token",
    429: "too many requests a minute from one address",
    500: "a mistake of the program's",
    503: "too many requests at once, or no model to ask",
}
PREDICT = SHARED | {
    408: "a body that did not come in time",
    413: "a body too long, or too many patients",
    415: "not JSON by its Content-Type",
    422: "no JSON, a patient that cannot be, or such a share",
}


def ref(name: str) -> dict[str, str]:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def as_json(schema: dict[str, Any], **others: Any) -> dict[str, Any]:
    """A body of JSON."""
    return {JSON: {"schema": schema, **others}}


def responses(schema: dict[str, Any], problems: dict[int, str] = SHARED) -> dict[str, Any]:
    """The answers of a route: what it gives, and how it refuses."""
    says = {"description": "the SHA-256 of the model", "schema": {"type": "string"}}
    given = {
        "description": "The answer",
        "content": as_json(schema),
        "headers": {FINGERPRINT: says},
    }
    refused = {
        str(status): {"description": text, "content": as_json(ref("Problem"))}
        for status, text in problems.items()
    }
    return {"200": given, **refused}


def predict_extra(settings: ApiSettings) -> dict[str, Any]:
    """What FastAPI cannot know of `predict`."""
    many = {"type": "array", "items": ref("Patient"), "maxItems": settings.max_patients}
    each = {"anyOf": [ref("NumberedAnswer"), ref("NumberedProblem")]}
    return {
        "requestBody": {
            "required": True,
            "description": f"At most {settings.max_bytes:,} bytes.",
            "content": as_json(
                {"anyOf": [ref("Patient"), many]}, example={**EXAMPLE_PATIENT, "ca": None}
            ),
        },
        "parameters": [
            {
                "name": PREVALENCE,
                "in": "query",
                "required": False,
                "description": "Share of ill patients where the patients come from: the answer"
                " there too.",
                "schema": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            }
        ],
        "responses": responses(
            {"anyOf": [ref("Answer"), {"type": "array", "items": each}]}, PREDICT
        ),
    }


def make_document(api: FastAPI, settings: ApiSettings, server: str) -> dict[str, Any]:
    """The document.

    Args:
        api: whose routes it is about.
        settings: the limits, and whether there is a token.
        server: where the API is, as a path.
    """
    document: dict[str, Any] = get_openapi(
        title=api.title, version=api.version, description=api.description, routes=api.routes
    )
    document["servers"] = [{"url": server}]
    document["components"] = {"schemas": all_schemas()}
    if settings.token is not None:
        bearer = {"type": "http", "scheme": "bearer"}
        document["components"]["securitySchemes"] = {"token": bearer}
        document["security"] = [{"token": []}]
    return document
