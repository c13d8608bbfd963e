"""The mail server that keeps the books, and the judge who compares them with what the product believes."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP as SmtpServer
from aiosmtpd.smtp import Envelope

from tests.smtp_sink import Sink

SLOWEST_SECONDS = 0.04


class Ledger(Sink):
    """Dawdles before it writes a mail into its books and again before it says so, so that kills find both moments."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.port = 0
        self.received: Counter[str] = Counter()

    async def handle_DATA(self, server: SmtpServer, session: Any, envelope: Envelope) -> str:
        await asyncio.sleep(self.random.uniform(0, SLOWEST_SECONDS))
        self.received.update(envelope.rcpt_tos)
        await asyncio.sleep(self.random.uniform(0, SLOWEST_SECONDS))
        return "250 2.0.0 kept"

    def served_by(self, pid: int) -> bool:
        """Whether this process has a connection to the mail server open right now (Linux)."""
        sockets = set()
        for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                sockets.add(str(descriptor.readlink()))
            except OSError:
                continue
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        remote = f"0100007F:{self.port:04X}"
        open_ones = {
            f"socket:[{words[9]}]"
            for words in map(str.split, lines)
            if words[2] == remote and words[3] == "01"
        }
        return bool(sockets & open_ones)


@dataclass(frozen=True)
class Verdict:
    """People by what became of their one mail."""

    lost: list[str]
    duplicated: list[str]
    uncertain: list[str]


def judge(received: Mapping[str, int], believed: Mapping[str, str]) -> Verdict:
    """`believed`: address -> state of its delivery. Uncertain is an excuse for lost, never for doubled."""
    return Verdict(
        lost=[who for who, state in believed.items() if state != "unknown" and not received.get(who)],
        duplicated=[who for who, times in received.items() if times > 1],
        uncertain=[who for who, state in believed.items() if state == "unknown"],
    )
