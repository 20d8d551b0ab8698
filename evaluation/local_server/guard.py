"""Access control of a server on 127.0.0.1: only the person who started it may use it.

Three things keep other web pages out. The address has a token that is new at each start, so no
page can guess it. The Host header must name this server, so that a foreign name that resolves to
127.0.0.1 (DNS rebinding) is refused. A request with an origin (Origin, Sec-Fetch-Site) must come
from our own page.

A page removes the token from the address once it is loaded (review.js). A request for a page
without the token is answered with `door`: a page that reads the token from the tab's storage, or
requests it from another tab of the same address, so that reloads and links work.
"""

from __future__ import annotations

import html
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from duizhao.evaluation.messages.catalogue import LANGUAGES, text

HOST = "127.0.0.1"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LONGEST_JSON = 1_000_000
"""Most bytes of a JSON request."""
JSON_BODY = "application/json"

DOOR = """<!doctype html><html lang="en"><meta charset="utf-8"><title>%(program)s</title>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<div id="door"><p>%(en)s</p><p lang="zh-Hans">%(zh)s</p></div>
<script>
const enter = (token) => {
  sessionStorage.setItem("duizhao-token", token);
  location.replace(`${location.pathname}?token=${encodeURIComponent(token)}${location.hash}`);
};
const token = sessionStorage.getItem("duizhao-token");
const channel = new BroadcastChannel("duizhao-token");
channel.onmessage = (event) => event.data.token && enter(event.data.token);
if (token) enter(token);
else channel.postMessage({ wanted: true });
</script></html>"""


def only_root(path: str) -> bool:
    """The default for `Protection.is_page`: the server has one page."""
    return path == "/"


@dataclass(frozen=True, slots=True)
class Protection:
    """The conditions for a request: the token and the port of this start.

    `program` is the command that prints the address. `is_page` returns whether a GET of a path
    without the token is answered with the door. `uploads` maps paths that accept files to the
    largest size in bytes; all other requests with a body are JSON.
    """

    program: str
    token: str
    port: int
    is_page: Callable[[str], bool] = only_root
    uploads: Mapping[str, int] = field(default_factory=dict)

    @property
    def hosts(self) -> set[str]:
        """The names of this server in the Host header."""
        named = {f"{HOST}:{self.port}", f"localhost:{self.port}"}
        if self.port == 80:  # browsers leave it out
            named |= {HOST, "localhost"}
        return named

    @property
    def door(self) -> str:
        """The page for an address without a token; it contains no data of the server."""
        texts: dict[str, str] = {
            language: html.escape(text("common.door", language, program=self.program))
            for language in LANGUAGES
        }
        return DOOR % (texts | {"program": html.escape(self.program)})


class Guard:
    """Refuses requests that do not come from our own page, before anything else runs."""

    def __init__(self, app: ASGIApp, protection: Protection) -> None:
        self.app = app
        self.protection = protection

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward the request, or answer it with the door or the reason for refusing it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request = Request(scope)
        status, reason = refusal(request, self.protection)
        if reason:
            answer = PlainTextResponse(reason, status_code=status, headers=HEADERS)
            return await answer(scope, receive, send)
        if _at_the_door(request, self.protection):
            return await HTMLResponse(self.protection.door, headers=HEADERS)(scope, receive, send)
        await self.app(scope, receive, send)


def refusal(request: Request, protection: Protection) -> tuple[int, str]:
    """(status, reason); (200, "") if the request may pass."""
    host = request.headers.get("host", "")
    if host not in protection.hosts:
        return 421, "this server answers only to 127.0.0.1"
    origin = request.headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return 403, "requests from other pages are refused"
    site = request.headers.get("sec-fetch-site", "none")
    # navigation may come from another site, such as the file that opens the browser
    opens = request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate"
    if site not in ("same-origin", "none") and not opens:
        return 403, "requests from other pages are refused"
    if _at_the_door(request, protection):
        return 200, ""
    given = request.query_params.get("token") or request.headers.get("x-duizhao-token") or ""
    if not secrets.compare_digest(given.encode(), protection.token.encode()):
        return 403, f"the address needs the token that `{protection.program}` printed"
    return _refusal_of_body(request, protection)


def _at_the_door(request: Request, protection: Protection) -> bool:
    return (
        request.method == "GET"
        and protection.is_page(request.url.path)
        and not request.url.query
        and "x-duizhao-token" not in request.headers
    )


def _refusal_of_body(request: Request, protection: Protection) -> tuple[int, str]:
    """Check that a body is small JSON; the size of an upload is also checked as it arrives."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return 200, ""
    length = request.headers.get("content-length", "")
    most = protection.uploads.get(request.url.path)
    if most is not None:
        if length.isdigit() and int(length) > most:
            return 413, f"the file is larger than {most // 2**20:,} MB"
        return 200, ""
    if request.headers.get("content-type", "").partition(";")[0] != JSON_BODY:
        return 415, "edits are JSON"
    if not length.isdigit() or int(length) > LONGEST_JSON:
        return 413, "an edit is under a megabyte"
    return 200, ""
