# SPDX-License-Identifier: Apache-2.0
"""One TCP connection of the fake provider: TLS, HTTP/1.1, and every way of spoiling an answer."""

import email.utils
import functools
import http
import json
import os
import re
import socket
import struct
import time
import zlib
from typing import NamedTuple

from . import gateways, telnyx, twilio, twilio_lookup, twilio_verify

MIB = 1 << 20
BODY_LIMIT = 1 * MIB
HEAD_LIMIT = MIB // 16
TLS_HANDSHAKE = b"\x16"

# The provider says no, whatever the request: nothing is sent, no message is recorded.
REFUSED = {"status", "code", "problem", "too-many", "ok-error", "redirect"}
# The provider does its work, and the client can't know: recorded with "lost_answer": true.
LOST = {"reset", "hang", "drip", "truncated", "garbage", "not-http", "huge", "huge-chunked",
        "gzip-bomb", "deep-json", "wrong-type", "bad-utf8", "empty"}
# A complete answer, if in an unusual way. "redirected" is where "redirect" leads.
CLEAR = {"created-failed", "undelivered", "slow", "together", "close-idle",
         "close-reused", "huge-header", "many-headers", "redirected"}
NUMBERS = {"status": range(400, 600), "code": range(10000, 100000),
           "problem": range(10000, 100000), "created-failed": range(10000, 100000),
           "undelivered": range(10000, 100000),
           "slow": range(0, 10 ** 6), "together": range(1, 1000)}
NUMBER_OPTIONAL = {"created-failed", "undelivered"}
BEFORE_TLS = "reset-early"
# By the path's beginning; Telnyx has all the rest of /v2.
BACKENDS = (twilio, twilio_verify, twilio_lookup, gateways, telnyx)


class Mode(NamedTuple):
    text: str
    name: str
    number: int | None


class Request(NamedTuple):
    method: str
    target: str
    path: str  # without the mode and the query
    query: str
    headers: dict
    body: bytes
    keep_alive: bool


class BadRequest(Exception):
    """Bytes that are no HTTP request this server understands."""


def parse_mode(text):
    """Returns the Mode with this name; raises ValueError for an unknown one."""
    name, dash, digits = text.rpartition("-")
    number = int(digits) if dash and digits.isascii() and digits.isdecimal() else None
    if number is None:
        name = text
    if number is None:
        fits = name not in NUMBERS or name in NUMBER_OPTIONAL
    else:
        fits = number in NUMBERS.get(name, ())
    if fits and name in REFUSED | LOST | CLEAR | {BEFORE_TLS}:
        return Mode(text, name, number)
    raise ValueError(f"unknown mode {text!r}")


def head(status, headers, length=None, content_type="application/json"):
    """The bytes of a response up to its body; without a length, the body is chunked."""
    body_headers = [("Date", email.utils.formatdate(usegmt=True)), ("Content-Type", content_type),
                    ("Transfer-Encoding", "chunked") if length is None
                    else ("Content-Length", length)]
    reason = http.HTTPStatus(status).phrase if status in set(http.HTTPStatus) else "Unknown"
    lines = [f"HTTP/1.1 {status} {reason}"]
    lines += [f"{name}: {value}" for name, value in [*body_headers, *headers]]
    return "\r\n".join([*lines, "", ""]).encode()


@functools.cache
def gzip_bomb():
    """1 GiB of blanks in 1 MiB of gzip: after a full flush, compressed blocks may be repeated."""
    blanks = b" " * MIB
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(1024):
        checksum = zlib.crc32(blanks, checksum)
    return (b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + block * 1024 + packer.flush()
            + struct.pack("<II", checksum, 1 << 30))


def refusal(mode, backend, path):
    """Returns (status, headers, content type, body) of the made-up answers."""
    headers, content_type = [], "application/json"
    match mode.name:
        case "status":
            status, document = backend.error_of_status(mode.number)
        case "code":
            status, document = backend.error(mode.number)
        case "problem":
            status, document = backend.problem(mode.number)
            content_type = "application/problem+json"
        case "too-many":
            (status, document), headers = backend.error_of_status(429), backend.TOO_MANY_HEADERS
        case "ok-error":
            status, document = 200, backend.error(backend.FAILURE)[1]
        case "redirect":
            status, document, headers = 307, {}, [("Location", f"/!redirected{path}")]
    headers = headers or backend.HEADERS.get(status, [])
    return status, headers, content_type, json.dumps(document).encode()


def spoil(name, backend, status, headers, body):
    """Returns (status, headers, body) with another content, still in well-formed HTTP."""
    match name:
        case "garbage":
            return 200, headers, os.urandom(4096)
        case "deep-json":
            return backend.ACCEPTED, headers, b"[" * 10 ** 5 + b"]" * 10 ** 5
        case "wrong-type":
            return backend.ACCEPTED, headers, json.dumps(backend.wrong_types()).encode()
        case "bad-utf8":
            return status, headers, body[:-1] + b', "note": "\xff\xfe\xc0\x80"}'
        case "empty":
            return backend.ACCEPTED, headers, b""
        case "gzip-bomb":
            return backend.ACCEPTED, [*headers, ("Content-Encoding", "gzip")], gzip_bomb()
        case "huge-header":
            return status, [*headers, ("X-Huge", "h" * 100 * 1024)], body
        case "many-headers":
            return status, [*headers, *((f"X-Many-{n}", n) for n in range(5000))], body
    return status, headers, body


class Connection:
    """Serves one client. `provider` chooses the modes and keeps the records."""

    def __init__(self, provider, sock, number):
        self.number = number
        self._provider = provider
        self._sock = sock
        self._buffer = b""
        self._http_bytes = 0
        self._tls = False
        self._idle = provider.idle_timeout
        self._drop_next = False

    def run(self):
        """The whole life of the connection; a client that goes away is no error."""
        try:
            self._serve()
        except OSError:
            pass
        finally:
            self._close()
            self._provider.record_connection(self, {
                "connection": self.number, "tls": self._tls, "http_bytes": self._http_bytes})

    def abort(self):
        """Ends the connection from another thread."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _serve(self):
        if self._provider.take_mode(before_tls=True) is not None:
            self._reset()
            return
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        first = self._sock.recv(1, socket.MSG_PEEK)
        if first and first != TLS_HANDSHAKE:
            # HTTP without TLS: its bytes count, as no client may ever send them.
            self._receive()
            self._sock.sendall(head(400, [("Connection", "close")], 0))
            return
        self._sock = self._provider.tls.wrap_socket(self._sock, server_side=True,
                                                    do_handshake_on_connect=False)
        self._sock.do_handshake()
        self._tls = True
        while self._exchange():
            pass

    def _exchange(self):
        """One request and its answer. Returns whether the connection stays open."""
        try:
            request = self._read_request()
        except BadRequest as reason:
            self._provider.record_request(self.number, "", "", 400, None)
            self._send(400, [("Connection", "close")], str(reason).encode(), "text/plain")
            return False
        if request is None:
            return False
        if request.method == "HEAD":
            self._sock.sendall(head(404, [], 0))
            self._provider.record_warm_up(self.number)
            return request.keep_alive
        mode, path, backend = None, request.path, None
        try:
            if path.startswith("/!"):
                text, _, rest = path[2:].partition("/")
                mode, path = parse_mode(text), f"/{rest}"
            else:
                mode = self._provider.take_mode()
            backend = next(one for one in BACKENDS if path.startswith(one.PREFIX))
            if mode and mode.name == BEFORE_TLS:
                raise ValueError(f"{BEFORE_TLS} can't be chosen in a path: it comes before TLS")
        except (StopIteration, ValueError) as reason:
            # A test's mistake: no provider answers 418.
            self._provider.record_request(self.number, request.method, request.target, 418, None)
            self._send(418, [], (str(reason) or "no provider at this path").encode(), "text/plain")
            return request.keep_alive
        request = request._replace(path=path)
        return self._answer(request, mode, backend) and request.keep_alive

    def _answer(self, request, mode, backend):
        name, content_type, message = mode and mode.name, "application/json", None
        if name in REFUSED:
            status, headers, content_type, body = refusal(mode, backend, request.path)
        else:
            script = self._provider.delivery
            if name == "undelivered":
                script = (backend.FAILED_DELIVERY, mode.number or backend.DELIVERY_FAILURE)
            status, document, message = backend.answer(request, self._provider.book, script)
            if name == "created-failed" and message:
                document = backend.failed(message, mode.number or backend.DELIVERY_FAILURE)
                message = None
            # Some gateways answer with a page.
            text = document if isinstance(document, str) else json.dumps(document)
            headers, body = backend.HEADERS.get(status, []), text.encode()
            status, headers, body = spoil(name, backend, status, headers, body)
        if message:
            lost = {"lost_answer": True} if name in LOST else {}
            self._provider.record_message(message | lost)
        silent = name in ("reset", "hang", "not-http")
        self._provider.record_request(self.number, request.method, request.target,
                                      None if silent else status, mode and mode.text)
        match name:
            case "reset":
                return self._reset()
            case "hang":
                return self._wait(None)
            case "not-http":
                self._sock.sendall(b"\0\1\2\3SSH-2.0-no HTTP at all\r\n\r\n\xff\xfe\r\n")
                return False
            case "huge" | "huge-chunked":
                return self._send_gibibyte(status, headers, chunked=name == "huge-chunked")
            case "truncated":
                self._sock.sendall(head(status, headers, len(body)) + body[:len(body) // 2])
                return False
            case "drip":
                for byte in head(status, headers, len(body)) + body:
                    self._sock.sendall(bytes([byte]))
                    if not self._wait(1):
                        return False
            case "slow":
                if not self._wait(mode.number / 1000):
                    return False
            case "together":
                if not self._provider.gather(mode.number):
                    return False
            case "close-idle":
                self._idle = 0.1
            case "close-reused":
                self._drop_next = True
        if name != "drip":
            self._send(status, headers, body, content_type)
        return True

    def _send(self, status, headers, body, content_type="application/json"):
        # One write: a head and a body sent apart would cost the client a delayed ACK.
        self._sock.sendall(head(status, headers, len(body), content_type) + body)

    def _send_gibibyte(self, status, headers, chunked):
        block = b" " * 65536
        self._sock.sendall(head(status, headers, None if chunked else 1 << 30))
        frame = b"10000\r\n" + block + b"\r\n" if chunked else block
        for _ in range((1 << 30) // len(block)):
            self._sock.sendall(frame)
        self._sock.sendall(b"0\r\n\r\n" if chunked else b"")
        return True

    def _read_request(self):
        """Returns the next request, or None when the client closed or was idle too long."""
        if not self._buffer:
            self._sock.settimeout(self._idle)
            try:
                if not self._receive():
                    return None
            except TimeoutError:
                return None
            self._sock.settimeout(None)
        if self._drop_next:
            return None
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > HEAD_LIMIT or not self._receive():
                raise BadRequest("no end of the request's head")
        text, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = text.decode("latin-1").split("\r\n")
        line = re.fullmatch(r"([A-Z]+) (/\S*) HTTP/1\.([01])", first)
        headers = dict((name.lower(), value.strip())
                       for name, _, value in (line.partition(":") for line in lines))
        length = headers.get("content-length", "0")
        if not line or "transfer-encoding" in headers or not re.fullmatch(r"[0-9]{1,9}", length):
            raise BadRequest("no request line, or no Content-Length")
        if int(length) > BODY_LIMIT:
            raise BadRequest("the body is too long")
        if headers.get("expect", "").lower() == "100-continue":
            self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        while len(self._buffer) < int(length):
            if not self._receive():
                raise BadRequest("the body is shorter than its Content-Length")
        body, self._buffer = self._buffer[:int(length)], self._buffer[int(length):]
        keep_alive = line[3] == "1" and headers.get("connection", "").lower() != "close"
        path, _, query = line[2].partition("?")
        return Request(line[1], line[2], path, query, headers, body, keep_alive)

    def _receive(self):
        data = self._sock.recv(65536)
        self._http_bytes += len(data)
        self._buffer += data
        return bool(data)

    def _wait(self, seconds):
        """Returns whether the client is still there after so many seconds (None: for ever)."""
        deadline = None if seconds is None else time.monotonic() + seconds
        try:
            while deadline is None or time.monotonic() < deadline:
                self._sock.settimeout(deadline and max(deadline - time.monotonic(), 0.001))
                if not self._receive():
                    return False
        except TimeoutError:
            pass
        self._sock.settimeout(None)
        return True

    def _reset(self):
        # Lingering for no time makes close() send RST instead of FIN.
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()
        return False

    def _close(self):
        try:
            if self._tls:
                # Sends close_notify, and doesn't wait for the client's.
                self._sock.settimeout(0)
                self._sock.unwrap()
        except (OSError, ValueError):
            pass
        self._sock.close()
