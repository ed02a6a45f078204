# SPDX-License-Identifier: Apache-2.0
"""Twilio Messages and Calls (below /2010-04-01), as a function of the request and the book.

The shape of a message or call is that of Twilio's OpenAPI description; error bodies and test numbers
are those of its documentation. Where Twilio is lenient the fake is strict, and says so there.
"""

import base64
import binascii
import re
import secrets
from datetime import datetime, timezone
from email.utils import format_datetime
from urllib.parse import parse_qs

from .calls import BadScript, read_script

PREFIX = "/2010-04-01/"
ACCEPTED = 201

# Obviously fake, and easy to write down again in another language.
ACCOUNT_SID = "AC" + "a" * 32
AUTH_TOKEN = "b" * 32
API_KEY_SID = "SK" + "c" * 32
API_KEY_SECRET = "d" * 32
MESSAGING_SERVICE_SID = "MG" + "e" * 32
FROM_NUMBER = "+15005550006"

FAILURE = 21211
DELIVERY_FAILURE = 30008
TOO_MANY_HEADERS = [("Retry-After", "3600")]
HEADERS = {401: [("WWW-Authenticate", 'Basic realm="Twilio API"')], 429: [("Retry-After", "600")]}

MAX_BODY = 1600
MAX_VALIDITY_PERIOD = 36000
FORM = "application/x-www-form-urlencoded"
E164 = re.compile(r"\+(1[2-9]\d{9}|[2-9]\d{6,14})", re.ASCII)
RESOURCE = re.compile(r"/2010-04-01/Accounts/([^/.]+)(?:/(Messages|Calls)(?:/([^/]+))?)?\.json")
# What GET says, one word a time, by the first letter of the identifier; the last one stays.
DELIVERY = {"S": ["queued", "delivered"], "C": ["queued", "ringing", "in-progress", "completed"]}
FAILED_DELIVERY = {"S": ["queued", "sent", "undelivered"], "C": ["queued", "ringing", "no-answer"]}
FINAL = {"delivered", "undelivered", "failed", "canceled", "read"}

# Numbers that always fail, for use with test credentials. Any From but FROM_NUMBER is 21606.
TO_FAILURES = {"+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408,
               "+15005550004": 21610, "+15005550009": 21614}
FROM_FAILURES = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
CALL_FAILURES = {"+15005550001": 21217, "+15005550003": 21215, "+15005550004": 21219}

# {} is the number: Twilio's own messages hold it, so a client that logs them leaks it.
MESSAGES = {
    20001: "Bad request",
    20003: "Authenticate",
    20004: "Method not allowed",
    20009: "The message is not finished, or has been redacted",
    20404: "The requested resource was not found",
    20429: "Too many requests",
    20500: "Internal server error",
    20503: "Service unavailable",
    21205: "Neither 'Url' nor a sound 'Twiml' was given",
    21210: "The 'From' number {} is not verified or not of this account",
    21215: "Calls to the region of the 'To' number {} are not enabled for this account",
    21217: "The 'To' number {} does not look like a phone number",
    21219: "The 'To' number {} is not verified: this is a trial account",
    21211: "The 'To' number {} is not a valid phone number",
    21212: "The 'From' number {} is not a valid phone number or sender",
    21266: "'To' and 'From' are the same number, {}",
    21408: "Messages to the region of the 'To' number {} are not enabled for this account",
    21602: "A message 'Body' is required",
    21603: "Exactly one of 'From' and 'MessagingServiceSid' is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' number {} can't send messages for this account",
    21610: "The recipient {} has opted out",
    21611: "The queue of the 'From' number {} is full",
    21612: "There is no route to the 'To' number {}",
    21614: "The 'To' number {} is not a mobile number",
    21617: "The 'Body' has more than 1600 characters",
    21703: "The Messaging Service is unknown or has no sender",
    30008: "Unknown error",
    90007: "The 'ValidityPeriod' must be 1 to 36000 seconds",
}
STATUS_OF_CODE = {20003: 401, 20004: 405, 20005: 403, 20008: 403, 60202: 429, 60203: 429,
                  60205: 403, 60212: 429, 60410: 403, 60605: 403}
CODE_OF_STATUS = {400: 20001, 401: 20003, 405: 20004}


def answer(request, book, script):
    """Returns (status, document, record or None); the record is of what goes out.

    `book` keeps what was made (see book.py); `script` is (words, error code) for the status of
    whatever is asked about, or None.
    """
    resource = RESOURCE.fullmatch(request.path)
    if not authorized(request.headers.get("authorization", ""), resource):
        return *error(20003), None
    if resource is None:
        return *error(20404), None
    _, kind, sid = resource.groups()
    if kind is None:
        if request.method != "GET":
            return *error(20004), None
        return 200, {"sid": ACCOUNT_SID, "friendly_name": "Fake", "status": "active",
                     "type": "Full"}, None
    if sid is not None:
        return *_one(request, kind, book.find(sid), book, script), None
    if request.method != "POST":
        return *error(20004), None
    parameters = form(request)
    if parameters is None:
        return *error(20001), None
    record = (_message if kind == "Messages" else _call)(parameters)
    if isinstance(record, tuple):
        return *record, None
    # With a Messaging Service the sender is yet to be chosen: "accepted" comes before "queued".
    return ACCEPTED, document(record, "queued" if record["from"] else "accepted"), record


def _one(request, kind, record, book, script):
    """Returns (status, document) for a request about one message or call."""
    if record is None or record["id"][0] != kind[0].replace("M", "S"):
        return error(20404)
    words, code = script or (DELIVERY, None)
    if isinstance(words, dict):
        words = words[record["id"][0]]
    if request.method == "GET":
        word = words[min(book.asked(record["id"]), len(words) - 1)]
        book.reached(record["id"], word)
        failed = word in ("undelivered", "failed")
        return 200, document(record, word) | {"error_code": code if failed else None}
    if request.method != "POST" or kind != "Messages":
        return error(20004)
    # Stricter than Twilio, which lets an empty body be emptied again: it happens once.
    if form(request) != {"Body": ""}:
        return error(20001)
    if book.word(record["id"]) not in FINAL or not record["body"]:
        return error(20009)
    record["body"] = ""
    return 200, document(record, book.word(record["id"]))


def authorized(authorization, resource=None):
    """Whether the credentials are ours, and the path names our account if any."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return False
    known = ((ACCOUNT_SID, AUTH_TOKEN), (API_KEY_SID, API_KEY_SECRET))
    return (scheme.lower() == "basic" and (user, password) in known
            and (resource is None or resource[1] == ACCOUNT_SID))


def form(request):
    """Returns the parameters, or None when they can't be read."""
    # As with Twilio, a body of another type holds no parameters at all.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return {}
    try:
        pairs = parse_qs(request.body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    # Stricter than Twilio: a parameter given twice is a client's mistake.
    if any(len(values) > 1 for values in pairs.values()):
        return None
    return {name: values[0] for name, values in pairs.items()}


def _call(parameters):
    """Returns the call, or (status, error document)."""
    to, sender = parameters.get("To", ""), parameters.get("From", "")
    if not to:
        return error(21604)
    if not E164.fullmatch(to):
        return error(21217, to)
    if to in CALL_FAILURES:
        return error(CALL_FAILURES[to], to)
    if sender != FROM_NUMBER:
        return error(21212 if sender == "+15005550001" else 21210, sender)
    limits = {name: parameters.get(name, "") for name in ("Timeout", "TimeLimit")}
    if any(not re.fullmatch(r"[0-9]{1,5}", value) for value in limits.values()):
        return error(20001)
    try:
        if "Url" in parameters:
            raise BadScript("Url wins over Twiml")
        script = read_script(parameters.get("Twiml", ""))
    except BadScript:
        return error(21205)
    return {"provider": "twilio", "medium": "voice", "to": to, "from": sender,
            "id": "CA" + secrets.token_hex(16), **script,
            "timeout": int(limits["Timeout"]), "time_limit": int(limits["TimeLimit"])}


def _message(parameters):
    """Returns the message, or (status, error document)."""
    to, text = parameters.get("To", ""), parameters.get("Body", "")
    sender, service = parameters.get("From", ""), parameters.get("MessagingServiceSid", "")
    validity = parameters.get("ValidityPeriod", str(MAX_VALIDITY_PERIOD))
    if not to:
        return error(21604)
    # Stricter than Twilio: no blanks, no national format, so a "+" sent unescaped is found.
    if not E164.fullmatch(to):
        return error(21211, to)
    if not text:
        return error(21602)
    if len(text) > MAX_BODY:
        return error(21617)
    # Stricter than Twilio, which takes both when the sender belongs to the service.
    if bool(sender) == bool(service):
        return error(21603)
    if not re.fullmatch(r"[0-9]{1,5}", validity) or not 1 <= int(validity) <= MAX_VALIDITY_PERIOD:
        return error(90007)
    if to in TO_FAILURES:
        return error(TO_FAILURES[to], to)
    if service and service != MESSAGING_SERVICE_SID:
        return error(21703)
    if sender and sender == to:
        return error(21266, to)
    if sender and sender != FROM_NUMBER:
        return error(FROM_FAILURES.get(sender, 21606), sender)

    message = {"provider": "twilio", "to": to, "from": sender or None, "body": text,
               "id": "SM" + secrets.token_hex(16)}
    if service:
        message["messaging_service_sid"] = service
    return message | {"validity_period": int(validity)}


def document(record, status):
    """The JSON of a message or a call."""
    return (_call_document if record["id"][0] == "C" else _message_document)(record, status)


def _call_document(call, status):
    return {
        "account_sid": ACCOUNT_SID, "answered_by": None, "api_version": "2010-04-01",
        "direction": "outbound-api", "duration": "9" if status == "completed" else None,
        "from": call["from"], "to": call["to"], "sid": call["id"], "status": status,
        "uri": f"{PREFIX}Accounts/{ACCOUNT_SID}/Calls/{call['id']}.json",
    }


def _message_document(message, status):
    uri = f"{PREFIX}Accounts/{ACCOUNT_SID}/Messages/{message['id']}"
    now = format_datetime(datetime.now(timezone.utc))
    length = len(message["body"])
    segments = 1 if length <= 160 else -(-length // 153)
    return {
        "account_sid": ACCOUNT_SID, "api_version": "2010-04-01", "body": message["body"],
        "date_created": now, "date_sent": now if status == "delivered" else None,
        "date_updated": now, "direction": "outbound-api", "error_code": None,
        "error_message": None, "from": message["from"],
        "messaging_service_sid": message.get("messaging_service_sid"), "num_media": "0",
        "num_segments": str(segments if message["from"] else 0), "price": None,
        "price_unit": "USD", "sid": message["id"], "status": status,
        "subresource_uris": {"media": f"{uri}/Media.json"}, "to": message["to"],
        "uri": f"{uri}.json",
    }


def error(code, number="+15005550000", status=None):
    """Returns (status, document) for a code; without a status, the one the code usually has."""
    if status is None:
        usual = code - 20000 if 20400 <= code < 20600 else 400
        status = STATUS_OF_CODE.get(code, usual)
    text = MESSAGES.get(code, f"Error {code}").format(number)
    return status, {"code": code, "message": text, "status": status,
                    "more_info": f"https://www.twilio.com/docs/errors/{code}"}


def error_of_status(status):
    """Returns (status, document) as Twilio answers with this HTTP status."""
    return error(CODE_OF_STATUS.get(status, 20000 + status), status=status)


def problem(code):
    """Returns (status, document) in the form of RFC 9457, which some of Twilio's answers have."""
    status, plain = error(code)
    return status, {"type": plain["more_info"], "title": plain["message"], "status": status,
                    "code": code}


def failed(message, code):
    """The JSON of a message that was created and failed at once."""
    return document(message, "failed") | {
        "error_code": code, "error_message": error(code, message["to"])[1]["message"]}


def wrong_types():
    """A document that is JSON and has the right members, none of the right type."""
    return {"sid": 12345, "status": ["queued"], "error_code": "none", "error_message": 0,
            "body": {"text": True}, "to": None, "from": [], "uri": 7}
