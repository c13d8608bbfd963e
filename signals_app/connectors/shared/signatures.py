"""The kinds of proof that several providers share. Each raises `BadSignature` where there is none."""

import base64
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from signals_app.connectors.base import BadSignature, HookRequest
from upsell_project.lib import signing


def check_mac(secrets: Sequence[str], given: Iterable[str], mac: Callable[[str], str]) -> None:
    """Some active secret made one of the given signatures. `mac` tells what a secret makes of the request."""
    check_any(secrets, given, lambda secret: [mac(secret)])


def check_any(secrets: Sequence[str], given: Iterable[str], macs: Callable[[str], Iterable[str]]) -> None:
    """The same where there are several ways to write down what is signed."""
    if not signing.any_same([mac for secret in signing.usable(secrets) for mac in macs(secret)], given):
        raise BadSignature("no active secret made this signature")


@dataclass(frozen=True, slots=True)
class Timed:
    """One header with a time in unix seconds and one or more SHA-256 MACs in hex: `t=1772443800,v1=ab12,v1=cd34`."""

    header: str
    time: str
    mac: str
    between: str
    """What stands between the members of the header."""
    joint: bytes
    """What stands between time and body in the signed text."""

    def check(self, request: HookRequest, secrets: Sequence[str]) -> int:
        """The signed time: whether it is fresh is for the caller to say."""
        said = [_MEMBER.fullmatch(one) for one in request.headers.get(self.header, "").split(self.between)]
        times = [one[2] for one in said if one and one[1] == self.time and one[2].isdecimal()]
        given = [one[2] for one in said if one and one[1] == self.mac]
        if len(times) != 1 or not given:
            raise BadSignature(f"no readable {self.header.title()} header")
        signed = (times[0].encode(), self.joint, request.body)
        check_mac(secrets, given, lambda secret: signing.hex_mac(secret, *signed))
        return int(times[0])


_MEMBER = re.compile(r"\s*([a-z][a-z0-9]*)=([0-9a-f]{1,128})\s*")


def check_token(request: HookRequest, secrets: Sequence[str]) -> None:
    """For providers that sign nothing: a source that has a secret must be told it, as Basic password, Bearer token or
    `X-Api-Key`. Without one anybody who knows the URL is let in, and the door marks what they bring `UNPROVEN`."""
    if not secrets:
        return
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    given = [request.headers.get("x-api-key", ""), request.headers.get("x-upsell-token", "")]
    if scheme.lower() == "bearer":
        given.append(credentials)
    elif scheme.lower() == "basic":
        given += _basic(credentials)
    if not signing.any_same(signing.usable(secrets), [token.strip() for token in given if token.strip()]):
        raise BadSignature("the secret is missing or wrong")


def require_token(request: HookRequest, secrets: Sequence[str]) -> None:
    """The same for a source that takes nothing before it has a secret."""
    if not signing.usable(secrets):
        raise BadSignature("the source has no secret")
    check_token(request, secrets)


def _basic(credentials: str) -> list[str]:
    """`user:password` whole, and the password alone: a secret may be either."""
    try:
        decoded = base64.b64decode(credentials, validate=True).decode()
    except ValueError:  # no base64, no UTF-8, or not even ASCII
        return []
    return [decoded, decoded.partition(":")[2]]
