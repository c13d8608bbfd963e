"""The WSGI entry point; granian serves it."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upsell_project.settings")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
MAX_BODY = 10 * 1024 * 1024


class Buffered:
    """The server's threads wait for bodies; one thread works, as fast as alone and with one kept connection.

    So a sender who never ends a body holds one of many waiting threads and not the process.
    """

    def __init__(self, application: Application) -> None:
        self.application = application
        self.worker = ThreadPoolExecutor(1)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        told = str(environ.get("CONTENT_LENGTH") or "0")
        length = int(told) if told.isascii() and told.isdigit() else 0
        if length > MAX_BODY:
            answer = f"The body is larger than {MAX_BODY} bytes.".encode()
            start_response(
                "413 Content Too Large",
                [("Content-Type", "text/plain"), ("Content-Length", str(len(answer)))],
            )
            return [answer]
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(length) if length else b"")
        return self.worker.submit(self._answer, environ, start_response).result()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        response = self.application(environ, start_response)
        try:
            return list(response)
        finally:
            getattr(response, "close", lambda: None)()


application = Buffered(get_wsgi_application())
