# SPDX-License-Identifier: Apache-2.0
"""A TCP relay that makes a round trip longer and counts them.

usage: delay_relay.py LISTEN_PORT PORT ROUND_TRIP_MS

Every packet waits half a round trip on its way. Prints "ready"; then, for each line of its standard
input, "CONNECTIONS TURNS": how many connections there were, and how often one went from its client
speaking to its server speaking, which is what costs a round trip.
"""

import asyncio
import socket
import sys

LISTEN, PORT, DELAY = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 2000
connections = turns = 0


class End(asyncio.Protocol):
    """One end of a connection; what it receives goes out at its `peer`."""

    def __init__(self, line, is_client):
        self.line, self.is_client, self.peer, self.early = line, is_client, None, []

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.is_client:
            global connections, turns
            connections += 1
            turns += 1  # the TCP handshake, which the relay's own makes too short
            asyncio.ensure_future(self.reach())

    async def reach(self):
        await asyncio.sleep(2 * DELAY)
        loop = asyncio.get_running_loop()
        try:
            _, peer = await loop.create_connection(lambda: End(self.line, False), "127.0.0.1", PORT)
        except OSError:
            self.transport.abort()
            return
        peer.peer, self.peer = self, peer
        for data in self.early:
            self.data_received(data)

    def data_received(self, data):
        global turns
        if self.peer is None:
            self.early.append(data)
            return
        if not self.is_client and self.line["speaker"] == "client":
            turns += 1
        self.line["speaker"] = "client" if self.is_client else "server"
        asyncio.get_running_loop().call_later(DELAY, self.peer.transport.write, data)

    def connection_lost(self, _):
        if self.peer:
            asyncio.get_running_loop().call_later(DELAY, self.peer.transport.close)


async def main():
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: End({"speaker": "nobody"}, True), "127.0.0.1", LISTEN,
                             backlog=512)
    print("ready", flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(connections, turns, flush=True)


asyncio.run(main())
