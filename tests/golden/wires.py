# SPDX-License-Identifier: Apache-2.0
"""The ends of the wires: clients that connect to an edge, cores that it connects to."""

import select
import socket
import time

from daemons import PATIENCE
from transcript import Receiving, Sending

LIMIT = 10 * PATIENCE  # seconds for anything that must come
AT_ONCE = 1 * PATIENCE  # seconds for the edge to close what nobody needs any more
SILENCE = 0.05  # seconds in which nothing may come
SETTLE = 0.02  # seconds for a piece to arrive before the next one is sent


class Wire:
    """One connection."""

    def __init__(self, connection):
        self.connection = connection
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sending = Sending()
        self.receiving = Receiving()
        self.has_ended = False

    def send(self, pieces):
        for i, piece in enumerate(pieces):
            time.sleep(SETTLE if i else 0)
            self.connection.sendall(piece)

    def read(self, seconds):
        """Takes what has come; False: nothing came in this time."""
        if self.has_ended or not select.select([self.connection], [], [], seconds)[0]:
            return False
        try:
            data = self.connection.recv(65536)
        except ConnectionResetError:
            data = b""
        if data:
            self.receiving.feed(data)
        else:
            self.has_ended = True
            self.receiving.end()
        return True

    def close(self):
        self.connection.close()
        self.has_ended = True


class Client:
    def __init__(self, port):
        self.port = port
        self.wire = None

    def wire_to_send(self):
        if self.wire:
            self.wire.read(0)  # the edge may have closed it behind an answer
        if not self.wire or self.wire.has_ended:
            self.wire = Wire(socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT))
        return self.wire

    def wire_to_read(self):
        assert self.wire, "this client has sent nothing yet"
        return self.wire

    def close(self):
        if self.wire:
            self.wire.close()


class Core:
    """Listens on a free port; of the connections that are open the last that was heard counts."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.wires = []
        self.wire = None

    def heard(self, seconds):
        """The connection on which something came, if something came."""
        end = time.monotonic() + seconds
        while True:
            for wire in self.wires:
                if wire.receiving.raw or wire.receiving.plain:
                    return wire
            sockets = {wire.connection: wire for wire in self.wires if not wire.has_ended}
            ready = select.select([self.listener, *sockets], [], [],
                                  max(0, end - time.monotonic()))[0]
            if not ready:
                return None
            for one in ready:
                if one is self.listener:
                    self.wires.append(Wire(one.accept()[0]))
                else:
                    sockets[one].read(0)

    def wire_to_send(self):
        assert self.wire, "this core has heard nothing yet"
        return self.wire

    def wire_to_read(self):
        if not self.wire or not self.wire.receiving.plain:
            self.wire = self.heard(LIMIT)
            assert self.wire, "nothing came"
        return self.wire

    def close(self):
        for wire in self.wires:
            wire.close()
        self.listener.close()
