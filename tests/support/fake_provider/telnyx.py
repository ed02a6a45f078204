# SPDX-License-Identifier: Apache-2.0
"""Telnyx messages and TeXML calls (below /v2), as a function of the request and the book.

The shape of a message or call is that of Telnyx's OpenAPI description; error codes are those of its
documentation. Where Telnyx is lenient the fake is strict, and says so there.
"""

import json
import re
import uuid
from datetime import datetime, timezone
from urllib.parse import unquote

from . import telnyx_verify
from .calls import BadScript, read_script

PREFIX = "/v2/"
ACCEPTED = 200

# Obviously fake, and easy to write down again in another language.
API_KEY = "KEY" + "f" * 32
FROM_NUMBER = "+13115552368"
MESSAGING_PROFILE_ID = "00000000-0000-4000-8000-000000000001"
ORGANIZATION_ID = "00000000-0000-4000-8000-000000000002"
ACCOUNT_ID = "00000000-0000-4000-8000-000000000003"
TEXML_APPLICATION_ID = "1700000000000000017"

FAILURE = 40310
DELIVERY_FAILURE = 40008
# A 429 says in its own way when to come back; elsewhere that only tells when the count begins anew.
TOO_MANY_HEADERS = [("x-ratelimit-limit", "10"), ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "3600")]
HEADERS = {500: [("x-ratelimit-limit", "10"), ("x-ratelimit-remaining", "9"),
                 ("x-ratelimit-reset", "60")]}

MAX_PARTS = 10
JSON = "application/json"
E164 = re.compile(r"\+(1[2-9]\d{9}|[2-9]\d{6,14})", re.ASCII)
NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
MESSAGES = re.compile(r"/v2/messages(?:/([^/]+))?")
CALLS = re.compile(r"/v2/texml/Accounts/([^/]+)/Calls(?:/([^/]+))?|/v2/texml/calls/([^/]+)")
# What GET says, one word a time; the last one stays. By the first letter of the identifier, "v" of
# calls, and "m" for all others.
DELIVERY = {"m": ["queued", "delivered"], "v": ["queued", "ringing", "in-progress", "completed"]}
FAILED_DELIVERY = {"m": ["queued", "sent", "delivery_failed"],
                   "v": ["queued", "ringing", "no-answer"]}

# Country code 1 is shared: these area codes lie outside the United States, Canada and Puerto Rico.
OTHER_AREA_CODES = set("242 246 264 268 284 345 441 473 649 658 664 721 758 767 784 809 829 849 "
                       "868 869 876".split())

TITLES = {
    10004: "Missing required parameter",
    10005: "Resource not found",
    10007: "Unexpected error",
    10008: "Request timeout",
    10009: "Authentication failed",
    10010: "Authorization failed",
    10011: "Too many requests",
    10014: "Unsupported media type",
    10015: "Bad request",
    40008: "Undeliverable",
    40302: "Message too large",
    40305: "Invalid 'from' address",
    40310: "Invalid 'to' address",
    40319: "Incompatible message type for the 'to' address",
}
STATUS_OF_CODE = {10002: 422, 10004: 422, 10005: 404, 10007: 500, 10008: 408, 10009: 401,
                  10010: 403, 10011: 429, 10014: 415, 10016: 422}
CODE_OF_STATUS = {401: 10009, 403: 10010, 404: 10005, 408: 10008, 415: 10014, 422: 10004,
                  429: 10011}


def answer(request, book, script):
    """Returns (status, document, record or None); the record is of what goes out.

    `book` keeps what was made (see book.py); `script` is (words, error code) for the status of
    whatever is asked about, or None.
    """
    if request.headers.get("authorization") != f"Bearer {API_KEY}":
        return *error(10009), None
    if request.path == "/v2/balance" and request.method == "GET":
        return 200, {"data": {"record_type": "balance", "balance": "17.00", "currency": "USD"}}, None
    if request.path.startswith("/v2/verifications/"):
        return telnyx_verify.answer(request, book, error)
    resource = MESSAGES.fullmatch(request.path)
    if resource:
        return _messages(request, resource[1], book, script)
    resource = CALLS.fullmatch(request.path)
    if resource:
        return _calls(request, resource, book, script)
    return *error(10005), None


def _word(record, kind, book, script):
    words, code = script or (DELIVERY, None)
    if isinstance(words, dict):
        words = words[kind]
    return words[min(book.asked(record["id"]), len(words) - 1)], code


def _messages(request, identifier, book, script):
    if request.method == "GET" and identifier is not None:
        message = book.find(identifier)
        if message is None:
            return *error(10005), None
        word, code = _word(message, "m", book, script)
        result = document(message, word)
        if code is not None and word in ("delivery_failed", "sending_failed"):
            result["data"]["errors"] = error(code)[1]["errors"]
        return 200, result, None
    if request.method != "POST" or identifier is not None:
        return *error(10015, status=405), None
    message = _create(request)
    if isinstance(message, tuple):
        return *message, None
    return ACCEPTED, document(message, "queued"), message


def _calls(request, resource, book, script):
    account, call_sid, application = resource.groups()
    if account is not None and account != ACCOUNT_ID:
        return *error(10005), None
    if call_sid is not None:
        call = book.find(unquote(call_sid))
        if call is None or request.method != "GET":
            return *error(10005 if call is None else 10015), None
        return 200, _call_document(call, _word(call, "v", book, script)[0]), None
    if request.method != "POST":
        return *error(10015, status=405), None
    parameters = _json(request)
    if isinstance(parameters, tuple):
        return *parameters, None
    call = _call(parameters, application)
    if isinstance(call, tuple):
        return *call, None
    if application is not None:
        return ACCEPTED, {"call_sid": call["id"], "status": "queued"}, call
    # The description has from, to and status only; the provider says which call it is.
    return ACCEPTED, {"from": call["from"], "to": call["to"], "status": "queued",
                      "call_sid": call["id"]}, call


def _call(parameters, application):
    """Returns the call, or (status, error document)."""
    known = {"To", "From", "Texml", "ApplicationSid", "Timeout", "TimeLimit"}
    for name in set(parameters) - known:
        return error(10015, f"'{name}' is unknown, or goes not with Texml", f"/{name}")
    if application is None:
        application = parameters.get("ApplicationSid")
    if application != TEXML_APPLICATION_ID:
        return error(10004, "Can't be blank: ApplicationSid", "/ApplicationSid", 422)
    to, sender = parameters.get("To"), parameters.get("From")
    if not isinstance(to, str) or not E164.fullmatch(to):
        return error(10016, f"{to} is not a number in +E.164 format", "/To")
    if sender != FROM_NUMBER:
        return error(10002, f"{sender} is no number of this account", "/From")
    timeout, limit = parameters.get("Timeout", 30), parameters.get("TimeLimit", 14400)
    if not (isinstance(timeout, int) and 5 <= timeout <= 120):
        return error(10032, "Timeout is 5 to 120", "/Timeout", 422)
    if not (isinstance(limit, int) and 30 <= limit <= 14400):
        return error(10032, "TimeLimit is 30 to 14400", "/TimeLimit", 422)
    try:
        script = read_script(parameters.get("Texml", ""))
    except BadScript as reason:
        return error(10015, str(reason), "/Texml", 422)
    return {"provider": "telnyx", "medium": "voice", "to": to, "from": sender,
            "id": f"v3:{uuid.uuid4().hex}", **script, "timeout": timeout, "time_limit": limit}


def _call_document(call, status):
    return {"account_sid": ACCOUNT_ID, "direction": "outbound", "from": call["from"],
            "to": call["to"], "sid": call["id"], "status": status,
            "uri": f"/v2/texml/Accounts/{ACCOUNT_ID}/Calls/{call['id']}.json"}


def _json(request):
    """Returns the body's object, or (status, error document)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        return error(10014)
    try:
        parameters = json.loads(request.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return error(10015, "The body is not JSON in UTF-8")
    if not isinstance(parameters, dict):
        return error(10015, "The body is not a JSON object")
    return parameters


def _create(request):
    """Returns the message, or (status, error document)."""
    parameters = _json(request)
    if isinstance(parameters, tuple):
        return parameters
    to, text, sender = (parameters.get(name) for name in ("to", "text", "from"))
    profile = parameters.get("messaging_profile_id")

    for name in ("to", "text", "from"):
        if parameters.get(name) in (None, ""):
            return error(10004, f"'{name}' is required", f"/{name}")
    # Stricter than Telnyx, which also takes a list of one number.
    if not isinstance(to, str) or not E164.fullmatch(to):
        return error(40310, f"{to} is not one valid number in +E.164 format", "/to")
    if not isinstance(text, str):
        return error(10015, "'text' is not a string", "/text")
    if _parts(text) > MAX_PARTS:
        return error(40302, f"The text has {_parts(text)} parts, {MAX_PARTS} are allowed", "/text")
    if profile not in (None, MESSAGING_PROFILE_ID):
        return error(40305, "The messaging profile is not one of this account", "/from")
    if sender != FROM_NUMBER:
        if not isinstance(sender, str) or not NAME.fullmatch(sender):
            return error(40305, f"{sender} is no number of this account and no valid name", "/from")
        if profile is None:
            return error(40305, "An alphanumeric sender needs its messaging profile", "/from")
        if to.startswith("+1") and to[2:5] not in OTHER_AREA_CODES:
            return error(40319, f"Sending from {sender} to {to} is not possible", "/to")

    message = {"provider": "telnyx", "to": to, "from": sender, "body": text,
               "id": str(uuid.uuid4())}
    if profile is not None:
        message["messaging_profile_id"] = profile
    return message | {"validity_period": None}


def _parts(text):
    one, more = (160, 153) if text.isascii() else (70, 67)
    return 1 if len(text) <= one else -(-len(text) // more)


def document(message, status):
    """The JSON of a message."""
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = message["body"]
    return {"data": {
        "cc": [], "completed_at": now if status == "delivered" else None, "cost": None,
        "direction": "outbound", "encoding": "GSM-7" if text.isascii() else "UCS-2", "errors": [],
        "from": {"carrier": "Telnyx", "line_type": "Wireless", "phone_number": message["from"]},
        "id": message["id"], "media": [], "messaging_profile_id": MESSAGING_PROFILE_ID,
        "num_chars": len(text), "organization_id": ORGANIZATION_ID, "parts": _parts(text),
        "received_at": now, "record_type": "message",
        "sent_at": now if status == "delivered" else None, "subject": None, "tags": [],
        "text": text,
        "to": [{"carrier": "Fake Mobile", "line_type": "Wireless",
                "phone_number": message["to"], "status": status}],
        "type": "SMS", "valid_until": None, "webhook_failover_url": None, "webhook_url": None,
    }}


def error(code, detail=None, pointer=None, status=None):
    """Returns (status, document) for a code; without a status, the one the code usually has.

    Detail may hold a whole number, as Telnyx's own does: a client that logs it leaks it.
    """
    if status is None:
        status = STATUS_OF_CODE.get(code, 400)
    item = {"code": str(code), "title": TITLES.get(code, f"Error {code}"),
            "detail": detail or TITLES.get(code, f"Error {code}"),
            "meta": {"url": f"https://developers.telnyx.com/docs/overview/errors/{code}"}}
    if pointer is not None:
        item["source"] = {"pointer": pointer}
    return status, {"errors": [item]}


def error_of_status(status):
    """Returns (status, document) as Telnyx answers with this HTTP status."""
    return error(CODE_OF_STATUS.get(status, 10015 if status < 500 else 10007), status=status)


def problem(code):
    """Returns (status, document): Telnyx has one form of error only."""
    return error(code)


def failed(message, code):
    """The JSON of a message or call that was created and failed at once."""
    if message["provider"] == "telnyx-verify":
        return telnyx_verify.document(message, "error")
    if message.get("medium") == "voice":
        return _call_document(message, "failed")
    result = document(message, "sending_failed")
    result["data"]["errors"] = error(code)[1]["errors"]
    return result


def wrong_types():
    """A document that is JSON and has the right members, none of the right type."""
    return {"data": {"id": 40385, "to": {"phone_number": 1, "status": ["queued"]}, "text": [],
                     "from": "+", "errors": "none", "record_type": 7}}
