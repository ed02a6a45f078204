# SPDX-License-Identifier: Apache-2.0
"""Twilio Verify (below /v2/Services): makes codes, sends and checks them.

A record's "code" is what the person would read. +15005550009 is a landline, +15005550003 lies in a
country that is not enabled, +15005550004 is held back by the fraud guard.
"""

import re
import secrets

from . import twilio
from .twilio import HEADERS, error, form, problem, wrong_types

__all__ = ["HEADERS", "answer", "error", "problem", "wrong_types"]

PREFIX = "/v2/Services/"
ACCEPTED = 201
SERVICE_SID = "VA" + "7" * 32
FAILURE = 60200
DELIVERY_FAILURE = 60200
FAILED_DELIVERY = {}
TOO_MANY_HEADERS = twilio.TOO_MANY_HEADERS
MOST_SENDS = MOST_CHECKS = 5
RESOURCE = re.compile(r"/v2/Services/([^/]+)(?:/(Verifications|VerificationCheck))?")
TO_FAILURES = {"+15005550003": 60605, "+15005550004": 60410}
LANDLINE = "+15005550009"
CODE = re.compile(r"[0-9A-Za-z]{4,10}", re.ASCII)


def answer(request, book, script):
    """Returns (status, document, record or None)."""
    resource = RESOURCE.fullmatch(request.path)
    if not twilio.authorized(request.headers.get("authorization", "")):
        return *error(20003), None
    if resource is None or resource[1] != SERVICE_SID:
        return *error(20404), None
    if resource[2] is None:
        known = request.method == "GET"
        return *((200, {"sid": SERVICE_SID, "code_length": 6}) if known else error(20004)), None
    parameters = form(request)
    if request.method != "POST" or parameters is None:
        return *error(20004), None
    if resource[2] == "VerificationCheck":
        return *_check(parameters, book), None
    return _start(parameters, book)


def _start(parameters, book):
    to, channel = parameters.get("To", ""), parameters.get("Channel", "")
    if not twilio.E164.fullmatch(to) or channel not in ("sms", "call"):
        return *error(60200), None
    if to in TO_FAILURES:
        return *error(TO_FAILURES[to]), None
    if to == LANDLINE and channel == "sms":
        return *error(60205), None
    record = book.pending("twilio-verify", to)
    if record is None:
        record = {"provider": "twilio-verify", "to": to, "from": None, "checks": 0, "sends": 0,
                  "id": "VE" + secrets.token_hex(16), "status": "pending",
                  "code": f"{secrets.randbelow(10 ** 6):06}"}
    if record["sends"] >= MOST_SENDS:
        return *error(60203), None
    record = record | {"sends": record["sends"] + 1, "body": f"Your code is {record['code']}",
                       "medium": "voice" if channel == "call" else "sms"}
    return ACCEPTED, document(record, "pending"), record


def _check(parameters, book):
    record = (book.find(parameters.get("VerificationSid", ""))
              or book.pending("twilio-verify", parameters.get("To", "")))
    if record is None or record["status"] != "pending":
        return error(20404)
    if not CODE.fullmatch(parameters.get("Code", "")):
        return error(60200)
    if record["checks"] >= MOST_CHECKS:
        return error(60202)
    record["checks"] += 1
    if parameters["Code"] == record["code"]:
        record["status"] = "approved"
    return 200, document(record, record["status"]) | {"valid": record["status"] == "approved"}


def document(record, status):
    """The JSON of a verification."""
    return {"sid": record["id"], "service_sid": SERVICE_SID, "account_sid": twilio.ACCOUNT_SID,
            "to": record["to"], "status": status, "valid": False,
            "channel": "call" if record["medium"] == "voice" else "sms",
            "send_code_attempts": [{}] * record["sends"]}


def error_of_status(status):
    """Returns (status, document) as Twilio answers with this HTTP status."""
    return twilio.error_of_status(status)


def failed(message, code):
    """The JSON of a verification that was canceled at once."""
    return document(message, "canceled")
