# SPDX-License-Identifier: Apache-2.0
"""docs/PROTOCOL.md from a client's side, for whoever wants to talk to the daemon without PAM."""

import os
import socket
import struct

VERSION = 2
HELLO, PROMPT, NOTICE, ANSWER, VERDICT, ENQUIRY, ABOUT, QUESTION, REPORT, MORE = range(1, 11)
NONCE, FLAGS, SERVICE, USER, RHOST, TTY, RUSER, SSH_AUTH_INFO, STYLE, TEXT, RESULT, REASON, \
    REPORT_TEXT = range(1, 14)
SILENT, AUTHTOK_IS_PLACEHOLDER, ENROLL, FIRST_PROVED, MORE_FOLLOWS, INFO_IS_CUT = 1, 2, 4, 8, 16, 32
ACCEPTED, DENIED, UNAVAILABLE = 1, 2, 3
FIRST_PROVED = 8  # a flag of hello's


def encode(message_type, fields):
    """`fields` maps tags to bytes; they are written in the order given."""
    return bytes([VERSION, message_type]) + b"".join(
        struct.pack(">BH", tag, len(value)) + value for tag, value in fields.items())


def decode(datagram):
    """Returns (type, {tag: bytes}); raises ValueError when malformed."""
    if len(datagram) < 2 or datagram[0] != VERSION:
        raise ValueError(f"no message of version {VERSION}: {datagram!r}")
    fields, offset = {}, 2
    while offset < len(datagram):
        tag, length = struct.unpack_from(">BH", datagram, offset)
        offset += 3
        if offset + length > len(datagram) or tag <= max(fields, default=0):
            raise ValueError(f"a field out of place: {datagram!r}")
        fields[tag] = datagram[offset:offset + length]
        offset += length
    return datagram[1], fields


class Client:
    """One connection, as the user with this uid."""

    def __init__(self, path, uid=0, timeout=15):
        self.nonce = os.urandom(16)
        self.notices = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(timeout)
        if uid:  # the other socket is root's
            path = path.replace("auth.sock", "user.sock")
        # The kernel notes the effective uid of whoever connects.
        os.seteuid(uid)
        try:
            self._socket.connect(path)
        finally:
            os.seteuid(0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def sends(self, datagram):
        """Returns False when the daemon is gone already."""
        try:
            self._socket.send(datagram)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def receives(self):
        """The next datagram, b"" at the end of the connection."""
        try:
            return self._socket.recv(65536)
        except ConnectionResetError:
            return b""

    def hello(self, user, service="test", **optional):
        """Begins an attempt; optional: rhost, tty, ruser, ssh_auth_info, flags."""
        fields = {NONCE: self.nonce, FLAGS: bytes([optional.get("flags", 0)]),
                  SERVICE: service.encode(), USER: user.encode()}
        for name, tag in (("rhost", RHOST), ("tty", TTY), ("ruser", RUSER),
                          ("ssh_auth_info", SSH_AUTH_INFO)):
            if name in optional:
                fields[tag] = optional[name].encode()
        self.sends(encode(HELLO, fields))

    def asks(self, user=""):
        """Root's question; the lines of the report, or None when the connection ends without one."""
        self.sends(encode(QUESTION, {NONCE: self.nonce} | ({USER: user.encode()} if user else {})))
        datagram = self.receives()
        if not datagram:
            return None
        kind, fields = decode(datagram)
        assert kind == REPORT and fields[NONCE] == self.nonce, (kind, fields)
        return fields[REPORT_TEXT].decode("ascii").splitlines()

    def answers(self, text):
        self.sends(encode(ANSWER, {FLAGS: b"\0", TEXT: text.encode()}))

    def prompt(self):
        """The text of the next prompt, in one line; anything else is an AssertionError."""
        kind, fields = decode(self.receives())
        assert kind == PROMPT, (kind, fields)
        return fields[TEXT].decode().replace("\n", " ")

    def next_is_a_prompt(self):
        """False at a verdict, or when the connection has ended."""
        while datagram := self.receives():
            kind, _ = decode(datagram)
            if kind != NOTICE:
                return kind == PROMPT
        return False

    def verdict(self):
        """(verdict, reason) after any notices."""
        while True:
            kind, fields = decode(self.receives())
            if kind == NOTICE:
                self.notices.append(fields[TEXT].decode())
                continue
            assert kind == VERDICT and fields[NONCE] == self.nonce, (kind, fields)
            return fields[RESULT][0], fields[REASON].decode()
