# SPDX-License-Identifier: Apache-2.0
"""Gateways with a form or a small API of their own, below /gateway/NAME/ and then their own path.

Each one checks what its real counterpart checks; all take the credentials of conf/gateways/.
"""

import base64
import json
import re
import secrets
from urllib.parse import parse_qs

PREFIX = "/gateway/"
ACCEPTED = 200
FAILURE = 400
DELIVERY_FAILURE = 400
FAILED_DELIVERY = {}
TOO_MANY_HEADERS = [("Retry-After", "3600")]
HEADERS = {}
DIGITS = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)
E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
PLIVO_ID = "MAXXXXXXXXXXXXXXXXXX"


def answer(request, book, script):
    """Returns (status, document, record or None). An echo of the request is at /gateway/echo."""
    _, _, name, path = (request.path + "/").split("/", 3)
    serve = {"txtdrop": _txtdrop, "vonage": _vonage, "plivo": _plivo, "freemobile": _freemobile,
             "kannel": _kannel, "echo": _echo}.get(name)
    if serve is None:
        return 404, {"error": "no such gateway"}, None
    status, document, to, text = serve(request, "/" + path.rstrip("/"))
    if to is None:
        return status, document, None
    return status, document, {"provider": name, "to": to, "from": None, "body": text,
                              "id": secrets.token_hex(8), "method": request.method,
                              "path": request.target, "headers": request.headers}


def _fields(text):
    pairs = parse_qs(text, keep_blank_values=True, errors="strict")
    return {key: values[0] for key, values in pairs.items() if len(values) == 1}


def _form(request):
    typed = request.headers.get("content-type") == "application/x-www-form-urlencoded"
    return _fields(request.body.decode("ascii")) if typed and request.method == "POST" else {}


def _txtdrop(request, path):
    form = _form(request)
    if path == "/send.php" and DIGITS.fullmatch(form.get("phone", "")) and form.get("message"):
        return 200, "<html>Your\n  Message   sent!</html>", "+" + form["phone"], form["message"]
    return 200, "<html>Something is missing</html>", None, None


def _vonage(request, path):
    form = _form(request)
    good = (path == "/sms/json" and form.get("api_key") == "0a1b2c3d"
            and form.get("api_secret") == "your-secret" and form.get("from") == "ACME"
            and DIGITS.fullmatch(form.get("to", "")) and form.get("text"))
    answer_ = {"message-count": "1", "messages": [{"status": "0" if good else "4"}]}
    return 200, answer_, "+" + form["to"] if good else None, form.get("text")


def _plivo(request, path):
    expected = base64.b64encode(f"{PLIVO_ID}:token".encode()).decode()
    if request.headers.get("authorization") != f"Basic {expected}":
        return 401, {"error": "authentication failed"}, None, None
    message = json.loads(request.body)
    good = (path == f"/v1/Account/{PLIVO_ID}/Message" and request.method == "POST"
            and request.headers.get("content-type") == "application/json"
            and set(message) == {"src", "dst", "text"} and DIGITS.fullmatch(message["dst"]))
    if not good:
        return 400, {"error": "bad request"}, None, None
    return 202, {"message": "message(s) queued"}, "+" + message["dst"], message["text"]


def _freemobile(request, path):
    query = _fields(request.query)
    if (query.get("user"), query.get("pass")) != ("12345678", "your-key"):
        return 403, {}, None, None
    if path != "/sendmsg" or request.method != "GET" or not query.get("msg"):
        return 400, {}, None, None
    return 200, "", "+33612345678", query["msg"]


def _kannel(request, path):
    query = _fields(request.query)
    if (query.get("username"), query.get("password")) != ("sms2fa", "your-password"):
        return 403, "Authorization failed for sendsms", None, None
    if path != "/cgi-bin/sendsms" or not E164.fullmatch(query.get("to", "")):
        return 400, "Missing or wrong parameter", None, None
    return 202, "0: Accepted for delivery", query["to"], query.get("text")


def _echo(request, path):
    return 200, {"status": "0"}, path, request.body.decode("utf-8", "replace")


def error(code, detail=None):
    return (code if 400 <= code < 600 else 400), {"error": detail or f"error {code}"}


def error_of_status(status):
    return status, {"error": f"status {status}"}


def problem(code):
    return error(code)


def failed(message, code):
    return {"error": f"error {code}"}


def wrong_types():
    return {"messages": {"status": 0}, "status": [0]}
