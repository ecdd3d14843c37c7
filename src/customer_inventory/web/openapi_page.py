"""Where the OpenAPI document is served, and the page to try it: offline, no CDN, no Node."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from swagger_ui_bundle import swagger_ui_path

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Customer Inventory: try the API</title>
<link rel="stylesheet" href="/docs/static/swagger-ui.css">
<link rel="stylesheet" href="/docs/own.css">
<link rel="icon" href="data:,">
</head>
<body>
<noscript>This page tries the API and needs JavaScript.
<a href="/openapi.json">The OpenAPI document</a> does not.</noscript>
<div id="swagger-ui"></div>
<script src="/docs/static/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  persistAuthorization: false,
  validatorUrl: null,
});
"""
# Swagger UI knows no dark scheme: its light colours are turned round, hues kept.
_STYLE = """body { margin: 0; background: Canvas; }
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  body { background: #16181d; }
  .swagger-ui { filter: invert(0.9) hue-rotate(180deg); }
  .swagger-ui .scheme-container { background: none; }
  .swagger-ui .microlight, .swagger-ui img { filter: invert(1) hue-rotate(180deg); }
}
"""


def openapi_routes(document: Callable[[], bytes]) -> list[BaseRoute]:
    """Return the routes of the OpenAPI document as it is now, the page and what the page loads."""

    async def openapi(_: Request) -> Response:
        return Response(document(), media_type="application/json", headers=_HEADERS)

    async def page(_: Request) -> Response:
        return HTMLResponse(_PAGE, headers=_HEADERS)

    async def start(_: Request) -> Response:
        return Response(_START, media_type="text/javascript", headers=_HEADERS)

    async def style(_: Request) -> Response:
        return Response(_STYLE, media_type="text/css", headers=_HEADERS)

    return [
        Route("/openapi.json", openapi),
        Route("/docs", page),
        Route("/docs/start.js", start),
        Route("/docs/own.css", style),
        Mount("/docs/static", StaticFiles(directory=swagger_ui_path)),
    ]
