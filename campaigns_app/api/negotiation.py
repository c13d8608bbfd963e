"""What goes over the wire: JSON in, read strictly and up to a limit; JSON out, whatever is asked for."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from campaigns_app.api.problems import TooLarge
from upsell_project.lib import strict_json

MAX_BODY = 1024 * 1024


class StrictJson(BaseParser):
    """Refuses duplicate keys, NUL and lone surrogates: the database could not hold what they mean."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(MAX_BODY + 1)
        if len(raw) > MAX_BODY:
            raise TooLarge(f"The body is larger than {MAX_BODY} bytes.")
        try:
            return strict_json.loads(raw)
        except strict_json.Refused as error:
            raise ParseError(error.sentence("The body")) from None


class OnlyJson(DefaultContentNegotiation):
    """One representation, so nothing to negotiate: no `?format=`, no 406."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type
