"""A stand-in for the Hugging Face hub: the HTTP API that a push uses, on 127.0.0.1.

Small files are committed inline, Parquet goes the way of Git LFS (batch, PUT), as on the hub.
What was committed lies in `Hub.files`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Hub:
    """Repositories by name, blobs by hash, and the requests that came."""

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, bytes]] = {}
        self.blobs: dict[str, bytes] = {}
        self.commits: list[str] = []
        self.requests: list[str] = []
        self.refuse: int | None = None
        self.address = ""

    def commit(self, name: str, lines: list[dict[str, Any]]) -> None:
        """Apply a commit's lines to a repository."""
        files = self.files[name]
        for line in lines:
            value = line["value"]
            match line["key"]:
                case "header":
                    self.commits.append(value["summary"])
                case "file":
                    assert value["encoding"] == "base64"
                    files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    assert value["algo"] == "sha256"
                    files[value["path"]] = self.blobs[value["oid"]]
                case "deletedFile":
                    del files[value["path"]]
                case other:
                    raise AssertionError(f"a commit with {other}")


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Be quiet."""

    def answer(self, value: Any, status: int = 200, **headers: str) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            found = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def handle_one(self) -> None:
        hub, body = self.hub, self.body()
        path = self.path.split("?")[0]
        hub.requests.append(f"{self.command} {path}")
        stored = path.startswith("/blobs/")
        if not stored and self.headers.get("Authorization") != "Bearer hf_secret":
            self.answer({"error": "Invalid username or password."}, 401)
            return
        if hub.refuse:
            self.answer({"error": "no"}, hub.refuse, X_Error_Message="no room")
            return
        if stored:
            oid = path.rpartition("/")[2]
            assert hashlib.sha256(body).hexdigest() == oid
            hub.blobs[oid] = body
            self.answer({})
        elif path == "/api/repos/create":
            asked = json.loads(body)
            name = f"{asked.get('organization', 'someone')}/{asked['name']}"
            status = 409 if name in hub.repositories else 200
            hub.repositories.setdefault(name, asked)
            hub.files.setdefault(name, {})
            url = f"{hub.address}/datasets/{name}"
            self.answer({"url": url, "name": name, "id": name}, status)
        elif path == "/api/validate-yaml":
            self.answer({"errors": [], "warnings": []})
        elif path.endswith("/info/lfs/objects/batch"):
            objects = [
                {
                    "oid": one["oid"],
                    "size": one["size"],
                    "actions": {"upload": {"href": f"{hub.address}/blobs/{one['oid']}"}},
                }
                for one in json.loads(body)["objects"]
            ]
            self.answer({"transfer": "basic", "objects": objects})
        elif path.startswith("/api/datasets/"):
            name = "/".join(path.split("/")[3:5])
            self.dataset(name, path.split("/")[5:], body)
        else:
            self.answer({"error": f"no {path}"}, 404)

    def dataset(self, name: str, rest: list[str], body: bytes) -> None:
        hub = self.hub
        if name not in hub.files:
            self.answer({"error": "Repository not found"}, 404, X_Error_Code="RepoNotFound")
            return
        files = hub.files[name]
        match rest[0] if rest else "":
            case "preupload":
                self.answer(
                    {
                        "files": [
                            {
                                "path": one["path"],
                                "uploadMode": "lfs" if "parquet" in one["path"] else "regular",
                                "shouldIgnore": False,
                            }
                            for one in json.loads(body)["files"]
                        ]
                    }
                )
            case "commit":
                hub.commit(name, [json.loads(line) for line in body.splitlines()])
                url = f"{hub.address}/datasets/{name}/commit/{'0' * 39}{len(hub.commits)}"
                oid = url.rpartition("/")[2]
                self.answer({"commitUrl": url, "commitOid": oid, "success": True})
            case "tree":
                self.answer(
                    [
                        {"type": "file", "path": path, "size": len(data), "oid": "0" * 40}
                        for path, data in sorted(files.items())
                    ]
                )
            case "" | "revision":
                siblings = [{"rfilename": path} for path in sorted(files)]
                self.answer({"id": name, "sha": "0" * 40, "private": True, "siblings": siblings})
            case _:
                self.answer({"error": f"no {rest}"}, 404)

    do_GET = do_POST = do_PUT = do_HEAD = handle_one  # noqa: N815


@contextmanager
def running_hub() -> Iterator[Hub]:
    """A hub on a free port of 127.0.0.1."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
