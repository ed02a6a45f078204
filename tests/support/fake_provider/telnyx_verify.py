# SPDX-License-Identifier: Apache-2.0
"""Telnyx Verify (below /v2/verifications), a part of telnyx.py."""

import json
import re
import secrets
import uuid
from urllib.parse import unquote

PROFILE_ID = "00000000-0000-4000-8000-000000000004"
MOST_CHECKS = 5
START = re.compile(r"/v2/verifications/(sms|call)")
CHECK = re.compile(r"/v2/verifications/by_phone_number/([^/]+)/actions/verify")


def answer(request, book, error):
    """Returns (status, document, record or None); `error` makes the errors of the API."""
    start, check = START.fullmatch(request.path), CHECK.fullmatch(request.path)
    if start is None and check is None:
        return *error(10005), None
    if request.headers.get("content-type") != "application/json" or request.method != "POST":
        return *error(10014), None
    try:
        parameters = json.loads(request.body.decode("utf-8"))
    except ValueError:
        return *error(10015), None
    if parameters.get("verify_profile_id") != PROFILE_ID:
        return *error(10015, "unknown profile", "/verify_profile_id"), None
    if check is not None:
        return *_check(unquote(check[1]), parameters, book, error), None
    to = parameters.get("phone_number", "")
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", to, re.ASCII):
        return *error(10016, f"{to} is not E.164", "/phone_number"), None
    timeout = parameters.get("timeout_secs", 300)
    if not isinstance(timeout, int) or timeout < 1:
        return *error(10015, "timeout_secs", "/timeout_secs"), None
    code = f"{secrets.randbelow(10 ** 6):06}"
    record = {"provider": "telnyx-verify", "to": to, "from": None, "id": str(uuid.uuid4()),
              "medium": "voice" if start[1] == "call" else "sms", "checks": 0,
              "status": "pending", "code": code, "body": f"Your code is {code}",
              "validity_period": timeout}
    return 200, document(record, "pending"), record


def _check(to, parameters, book, error):
    record = book.pending("telnyx-verify", to)
    if record is None:
        return error(10005)
    record["checks"] += 1
    right = parameters.get("code") == record["code"] and record["checks"] <= MOST_CHECKS
    if right:
        record["status"] = "accepted"
    return 200, {"data": {"phone_number": to, "response_code": "accepted" if right else "rejected"}}


def document(record, status):
    """The JSON of a verification."""
    return {"data": {"id": record["id"], "record_type": "verification", "status": status,
                     "phone_number": record["to"], "verify_profile_id": PROFILE_ID,
                     "type": "call" if record["medium"] == "voice" else "sms",
                     "timeout_secs": record["validity_period"]}}
