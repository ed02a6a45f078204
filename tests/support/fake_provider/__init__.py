# SPDX-License-Identifier: Apache-2.0
"""A fake provider for tests: messages and calls of Twilio and Telnyx, and their misbehaviour.

In Python, `with FakeProvider() as provider:`; from anything else, `python3 -m fake_provider`
(see __main__.py). One server speaks both: Twilio below https://localhost:PORT/2010-04-01,
Telnyx below https://localhost:PORT/v2. It listens on 127.0.0.1 only.

Credentials, all fake; `x * n` is the character x, n times:
  Twilio   account sid AC + a * 32, auth token b * 32; or API key SK + c * 32, secret d * 32
           (the path keeps the account sid); From +15005550006, or MessagingServiceSid MG + e * 32
  Telnyx   API key KEY + f * 32; from +13115552368, or a name with messaging_profile_id
           00000000-0000-4000-8000-000000000001; calls by account
           00000000-0000-4000-8000-000000000003 and TeXML application 1700000000000000017

  Verify   Twilio: service VA + 7 * 32, below /v2/Services; Telnyx: profile
           00000000-0000-4000-8000-000000000004. Both make a code, which the record tells.
  Lookup   below /v2/PhoneNumbers; a number that ends in 0009 is a landline, in 0019 VoIP, in 0029
           had its SIM card swapped, in 0039 is at risk of SMS pumping; one in 0049, 0059 or 0069 has
           an error code for SIM swap, line type or risk; one in 0079 is not valid
  Others   /gateway/NAME/... stands for the gateways of conf/gateways, with the credentials there

What became of a message or call is told in words, one a GET, the last one for ever:
queued, delivered, or for calls queued, ringing, in-progress, completed. deliver_as() sets others.
Twilio lets a message be emptied once, after a GET has told its final word.

Modes, for `misbehave(mode)` or as the first part of a path, https://localhost:PORT/!MODE/...
The provider refuses, whatever the request; nothing is sent, and no message recorded:
  status-NNN            that HTTP status, 400 to 599, with the provider's error body for it
  code-NNNNN            the provider's error of that number, with the HTTP status it usually has
  problem-NNNNN         the same as application/problem+json (Twilio; Telnyx has one form only)
  too-many              429, Retry-After: 3600; for Telnyx only x-ratelimit-reset: 3600
  ok-error              200 with an error body
  created-failed[-N]    checked and created, but the status is failed; N is the error code
  redirect              307 to /!redirected/...: a request for that path was a redirect followed
The provider accepts, and the client can't know; the message has "lost_answer": true:
  reset                 RST after the whole request was read
  hang                  no answer until the client closes
  drip                  the true answer, one byte a second
  truncated             half of the body that Content-Length promises, then the end
  garbage, empty        200 with random bytes; no body at all
  not-http              bytes that are no HTTP, then the end
  huge, huge-chunked    1 GiB of blanks, with a Content-Length or in chunks
  gzip-bomb             1 GiB of blanks as 1 MiB of Content-Encoding: gzip
  deep-json             10^5 arrays, one in the other
  wrong-type            the right JSON members with values of the wrong types
  bad-utf8              the true answer with bytes that are no UTF-8
The true answer, in an unusual way:
  undelivered[-N]       in the end a message is undelivered (Telnyx: delivery_failed) with error code
                        N, and a call gets no answer
  slow-NNN              NNN milliseconds late; recorded when the request came
  together-N            when N such requests wait; the connection ends if they don't within 10 s
  close-idle            then the connection is closed after 100 ms without a request
  close-reused          then the connection is closed as soon as it is used again
  huge-header           a header of 100 KiB
  many-headers          5000 headers
Before TLS, so not in a path: reset-early, RST right after accept. A mode in a path wins. Status 418
is the fake's own: the test asked for an unknown mode, or for a path that is no provider's.

Records, one JSON object a line, each written before its answer is sent, and never a credential:
  messages.jsonl     accepted messages: provider, to, from, body, id, validity_period, and
                     messaging_service_sid, messaging_profile_id or lost_answer where there is one;
                     calls: "medium": "voice", body (what is said first), said (all of it in order,
                     null for a pause), language, voice, timeout, time_limit;
                     verifications: code, medium, sends; other gateways: method, path, headers
  requests.jsonl     method, path, status (null: none was sent), mode, connection
  warm_ups.jsonl     connection: a HEAD of a client that keeps it open; no request, and no mode
  connections.jsonl  when one closes: connection, tls (the handshake was completed), http_bytes
                     (bytes of HTTP read, inside TLS or where TLS should have been)
"""

import json
import socket
import tempfile
import threading
import time
from pathlib import Path

from . import certificates
from .book import Book
from .server import BEFORE_TLS, Connection, parse_mode

__all__ = ["FakeProvider"]


class FakeProvider:
    """The server, in threads of this process, and what it saw. All methods are thread-safe.

    Without a directory, a temporary one lives as long as the context. Records in a given
    directory are appended to, and its certificates used again. `port` 0 takes a free one.
    """

    def __init__(self, directory=None, port=0, certificate="good", tls_max="1.3"):
        self._temporary = None
        if directory is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="fake_provider.")
            directory = self._temporary.name
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        files = certificates.make(self.directory, certificate)
        self.ca_file = str(files.ca)
        self.tls = certificates.tls_context(files, tls_max)
        self.port = port
        self.idle_timeout = None  # seconds without a request, after which a connection is closed
        self._changed = threading.Condition()
        self._records = {"messages": [], "requests": [], "connections": [],
                         "warm_ups": []}
        self._logs = {}
        self.book = Book()
        self.delivery = None
        self._mode, self._times = None, None
        self._accepted = 0
        self._gathered = 0
        self._open = {}
        self._listener = None

    def __enter__(self):
        for name in self._records:
            # Unbuffered and appending: each record is one write, whole for whoever reads the file.
            self._logs[name] = open(self.directory / f"{name}.jsonl", "ab", buffering=0)
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="fake-provider", daemon=True).start()
        return self

    def __exit__(self, *_):
        # Shutting a listening socket down wakes accept(); closing it alone doesn't.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._changed:
            connections = list(self._open.items())
        for connection, _ in connections:
            connection.abort()
        for _, thread in connections:
            thread.join(1)
        with self._changed:
            for log in self._logs.values():
                log.close()
        if self._temporary:
            self._temporary.cleanup()

    @property
    def base_url(self):
        return f"https://localhost:{self.port}"

    @property
    def requests(self):
        """How many HTTP requests came."""
        return len(self._records["requests"])

    @property
    def connections(self):
        """How many TCP connections were accepted."""
        return self._accepted

    def messages(self):
        """The accepted messages, as in messages.jsonl."""
        return self._copy("messages")

    def request_records(self):
        """The requests, as in requests.jsonl."""
        return self._copy("requests")

    def warm_up_records(self):
        """The warm-ups, as in warm_ups.jsonl."""
        return self._copy("warm_ups")

    def connection_records(self):
        """The connections that were closed, as in connections.jsonl."""
        return self._copy("connections")

    def wait_for_message(self, after=0, timeout=30):
        """Returns the first message after the first `after` ones, or raises TimeoutError."""
        return self._wait_for("messages", after, timeout)

    def wait_for_connection(self, after=0, timeout=30):
        """Returns the first one closed after the first `after` ones, or raises TimeoutError."""
        return self._wait_for("connections", after, timeout)

    def misbehave(self, mode, count=None):
        """Plays a mode for the next `count` requests (reset-early: connections), None for all."""
        mode = parse_mode(mode)
        with self._changed:
            self._mode, self._times = mode, count

    def behave(self):
        """Ends what misbehave() began."""
        with self._changed:
            self._mode = None

    def deliver_as(self, *words, error=None):
        """What a GET says of a message or call: one word a time, with this error code in the end.

        The words are the provider's own; without any, the usual ones.
        """
        self.delivery = (words, error) if words else None

    # What follows is for Connection.

    def take_mode(self, before_tls=False):
        """Returns the Mode to play now, or None; counts it."""
        with self._changed:
            mode = self._mode
            if mode is None or (mode.name == BEFORE_TLS) != before_tls:
                return None
            if self._times is not None:
                self._times -= 1
                if self._times <= 0:
                    self._mode = None
            return mode

    def gather(self, count):
        """Waits for `count` callers in all; returns whether they came."""
        with self._changed:
            group = self._gathered // count + 1
            self._gathered += 1
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._gathered >= group * count, 10)

    def record_message(self, message):
        with self._changed:
            self.book.add(message)
            self._record("messages", message)

    def record_request(self, connection, method, path, status, mode):
        with self._changed:
            self._record("requests", {"method": method, "path": path, "status": status,
                                      "mode": mode, "connection": connection})

    def record_warm_up(self, connection):
        with self._changed:
            self._record("warm_ups", {"connection": connection})

    def record_connection(self, connection, record):
        with self._changed:
            del self._open[connection]
            self._record("connections", record)

    def _record(self, name, record):
        self._records[name].append(record)
        if not self._logs[name].closed:
            self._logs[name].write(json.dumps(record).encode() + b"\n")
        self._changed.notify_all()

    def _copy(self, name):
        with self._changed:
            return list(self._records[name])

    def _wait_for(self, name, after, timeout):
        records = self._records[name]
        with self._changed:
            if not self._changed.wait_for(lambda: len(records) > after, timeout):
                raise TimeoutError(f"no more than {len(records)} {name} in {timeout} s")
            return records[after]

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                if self._listener.fileno() < 0:
                    return
                time.sleep(0.05)  # out of descriptors, or the client is gone already
                continue
            with self._changed:
                self._accepted += 1
                connection = Connection(self, sock, self._accepted)
                thread = threading.Thread(target=connection.run, daemon=True)
                self._open[connection] = thread
                thread.start()
