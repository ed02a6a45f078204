# SPDX-License-Identifier: Apache-2.0
"""What libpam-duo asks its service for, as far as to the prompt; any answer is refused after it.

usage: duo_mock.py PORT CERTIFICATE KEY

HTTPS on loopback, connections kept open. Prints "ready" once it listens. The answers are BSON
(bsonspec.org), as libduo 1.x wants them; signatures are not looked at.
"""

import http.server
import ssl
import struct
import sys


def bson(document):
    """A document of strings and documents."""
    body = b""
    for name, value in document.items():
        kind, content = ((b"\x03", bson(value)) if isinstance(value, dict) else
                         (b"\x02", struct.pack("<i", len(value) + 1) + value.encode() + b"\0"))
        body += kind + name.encode() + b"\0" + content
    return struct.pack("<i", len(body) + 5) + body + b"\0"


PREAUTH = {"result": "auth", "prompt": "Passcode or option (1-1): ",
           "factors": {"default": "push1", "1": "push1"}}
AUTH = {"txid": "1", "result": "deny", "status": "Incorrect passcode."}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave in one packet: apart, the second would wait for the client's delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        response = PREAUTH if "/preauth" in self.path else AUTH
        body = bson({"stat": "OK", "response": response})
        self.send_response(200)
        self.send_header("Content-Type", "application/bson")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *_):
        pass


def main():
    port, certificate, key = sys.argv[1:]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print("ready", flush=True)
    server.serve_forever()


main()
