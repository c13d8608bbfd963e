"""An endpoint of chat completions on this machine that checks what the vendor checks, and answers what it is told.

Source: https://platform.openai.com/docs/api-reference/chat/create, /docs/guides/structured-outputs#supported-schemas
(strict: every property required, no others, no lengths) and /docs/guides/error-codes.
"""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

KEY, MODEL = "sk-right", "gpt-right"
_PARAMETERS = {
    *("model", "messages", "response_format", "temperature", "top_p", "n", "stop", "seed", "user", "store"),
    *("max_completion_tokens", "max_tokens", "stream", "tools", "tool_choice", "logprobs", "metadata"),
}
_ROLES = {"developer", "system", "user", "assistant", "tool"}
_IN_STRICT = {
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "description",
    "anyOf",
}


@dataclass
class Endpoint:
    """`content`: what the model writes; `status`, `raw`: told instead; `asked`: the bodies that were taken."""

    url: str = ""
    host: str = ""
    content: str = "{}"
    choice: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    raw: bytes | None = None
    seconds: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)

    def says(self, *variants: dict[str, str]) -> None:
        self.content = json.dumps({"variants": list(variants)})

    def answer(self, path: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        time.sleep(self.seconds)
        refused = _refusal(path, headers, body)
        if refused:
            status, code, message = refused
            error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
            return status, json.dumps({"error": error}).encode()
        self.asked.append(json.loads(body))
        if self.status != 200:
            return self.status, b'{"error": {"message": "told so"}}'
        return 200, self.raw if self.raw is not None else json.dumps(self._completion()).encode()

    def _completion(self) -> dict[str, Any]:
        message = {"role": "assistant", "content": self.content, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop", **self.choice}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_770_000_000,
            "model": MODEL,
            "choices": [choice],
            "usage": {"prompt_tokens": 400, "completion_tokens": 200, "total_tokens": 600},
        }


def _refusal(path: str, headers: Any, raw: bytes) -> tuple[int, str, str] | None:
    if path != "/v1/chat/completions":
        return 404, "unknown_url", f"Invalid URL (POST {path})"
    if headers.get("Authorization") != f"Bearer {KEY}":
        return 401, "invalid_api_key", "Incorrect API key provided"
    if headers.get("Content-Type", "").partition(";")[0] != "application/json":
        return 400, "invalid_content_type", "Unsupported content type"
    try:
        body = json.loads(raw)
    except ValueError:
        return 400, "invalid_json", "We could not parse the JSON body of your request."
    wrong = _wrong(body)
    if wrong:
        return 400, "invalid_request", wrong
    return None if body["model"] == MODEL else (404, "model_not_found", "The model does not exist")


def _wrong(body: dict[str, Any]) -> str:
    if unknown := body.keys() - _PARAMETERS:
        return f"Unrecognized request argument supplied: {sorted(unknown)[0]}"
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "messages is required"
    for message in messages:
        if message.get("role") not in _ROLES or not isinstance(message.get("content"), str):
            return "messages: invalid"
    form = body.get("response_format", {"type": "text"})
    if form["type"] != "json_schema":
        return "" if form["type"] in ("text", "json_object") else "response_format.type: invalid"
    named = form.get("json_schema", {})
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", named.get("name", "")):
        return "response_format.json_schema.name: invalid"
    return _not_strict(named["schema"], ()) if named.get("strict") else ""


def _not_strict(schema: dict[str, Any], place: tuple[str, ...]) -> str:
    at = f"In context={place}"
    if strange := schema.keys() - _IN_STRICT:
        return f"{at}, '{sorted(strange)[0]}' is not permitted."
    if schema["type"] == "array":
        return _not_strict(schema["items"], (*place, "items"))
    if schema["type"] != "object":
        return (
            "" if not place or schema["type"] in ("string", "number", "integer", "boolean") else f"{at}: type"
        )
    if schema.get("additionalProperties") is not False:
        return f"{at}, 'additionalProperties' is required to be supplied and to be false."
    if set(schema.get("required", ())) != set(schema["properties"]):
        return f"{at}, 'required' is required to be supplied and to be an array including every key in properties."
    inner = (_not_strict(one, (*place, name)) for name, one in schema["properties"].items())
    return next((wrong for wrong in inner if wrong), "")


class _Handler(BaseHTTPRequestHandler):
    endpoint: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        status, answer = self.endpoint.answer(self.path, self.headers, body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def running() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    handler = type("Handler", (_Handler,), {"endpoint": endpoint})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    endpoint.host = f"127.0.0.1:{server.server_port}"
    endpoint.url = f"http://{endpoint.host}/v1"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
