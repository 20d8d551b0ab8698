"""Access control of a private Prefect server: only the run that started it may use it.

Any program of any user can connect to a port on 127.0.0.1, and so can any web page in a browser.
A request passes only if it names this address as its host, does not come from a web page, and has
the secret of this run. Prefect checks the secret of websockets itself, in their first message.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

HOST = "127.0.0.1"


def authorization(secret: str) -> str:
    """The header that Prefect sends for a secret in PREFECT_API_AUTH_STRING."""
    return f"Basic {base64.b64encode(secret.encode()).decode()}"


class Guard:
    """An ASGI application that wraps that of the server."""

    def __init__(self, app: App, secret: str, port: int) -> None:
        self.app = app
        self.host = f"{HOST}:{port}".encode()
        self.authorization = authorization(secret).encode()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Forward the request, or refuse it without a body."""
        status = 0 if scope["type"] == "lifespan" else self.refusal(scope)
        if not status:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    def refusal(self, scope: Message) -> int:
        """The HTTP status for refusing a request, 0 if it may pass."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if [value for name, value in headers if name == b"host"] != [self.host]:
            return 421  # such as a foreign name that resolves to 127.0.0.1
        if any(name in (b"origin", b"sec-fetch-site") for name, _ in headers):
            return 403  # Prefect's clients are not browsers
        given = b"".join(value for name, value in headers if name == b"authorization")
        if scope["type"] == "http" and not secrets.compare_digest(given, self.authorization):
            return 401
        return 0
