"""How many commands this process gave to Redis: a server that other tests talk to as well cannot tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from redis.connection import AbstractConnection


@contextmanager
def counted() -> Iterator[list[str]]:
    """The names of the commands given within the block, each of a pipeline too."""
    given: list[str] = []
    one, many = AbstractConnection.send_command, AbstractConnection.pack_commands

    def send_command(connection: Any, *command: Any, **how: Any) -> None:
        given.append(str(command[0]))
        one(connection, *command, **how)

    def pack_commands(connection: Any, commands: Any) -> Any:
        listed = list(commands)
        given.extend(str(command[0]) for command in listed)
        return many(connection, listed)

    with (
        mock.patch.object(AbstractConnection, "send_command", send_command),
        mock.patch.object(AbstractConnection, "pack_commands", pack_commands),
    ):
        yield given
