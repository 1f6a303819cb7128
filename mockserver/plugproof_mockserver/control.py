"""The control plane: what a test or a person does to a world from outside the API."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from plugproof_mockserver.asgi import ASGIApp


async def _health(request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


def control_app() -> ASGIApp:
    """Return the application of the control plane."""
    return Starlette(routes=[Route("/_plugproof/health", _health)])
