# SPDX-License-Identifier: Apache-2.0
"""Twilio Lookup v2 (below /v2/PhoneNumbers). FACTS and UNTOLD tell the numbers apart by their ends."""

from urllib.parse import parse_qs, unquote

from . import twilio
from .twilio import HEADERS, TOO_MANY_HEADERS, error, error_of_status, problem

__all__ = ["HEADERS", "TOO_MANY_HEADERS", "answer", "error", "error_of_status", "problem"]

PREFIX = "/v2/PhoneNumbers/"
ACCEPTED = 200
FAILURE = 20404
DELIVERY_FAILURE = 20404
FAILED_DELIVERY = {}
FIELDS = {"line_type_intelligence", "sim_swap", "sms_pumping_risk"}
# Last four digits: line type, SIM swapped lately, score.
FACTS = {"0009": ("landline", False, 0), "0019": ("nonFixedVoip", False, 0),
         "0029": ("mobile", True, 0), "0039": ("mobile", False, 90)}
INVALID = "0079"
# Last four digits: the field that has an error code instead of its value. That there is one is
# Twilio's; which one means what is not told here.
UNTOLD = {"0049": ("sim_swap", 60607), "0059": ("line_type_intelligence", 60600),
          "0069": ("sms_pumping_risk", 60601)}
VALUES = {"line_type_intelligence": "type", "sim_swap": "last_sim_swap",
          "sms_pumping_risk": "sms_pumping_risk_score"}


def answer(request, book, script):
    """Returns (status, document, None): looking a number up sends nothing."""
    number = unquote(request.path[len(PREFIX):])
    if not twilio.authorized(request.headers.get("authorization", "")):
        return *error(20003), None
    if request.method != "GET":
        return *error(20004), None
    wanted = set(parse_qs(request.query).get("Fields", [""])[0].split(",")) - {""}
    if not wanted <= FIELDS:
        return *error(20001), None
    valid = bool(twilio.E164.fullmatch(number)) and not number.endswith(INVALID)
    line, swapped, score = FACTS.get(number[-4:], ("mobile", False, 0))
    told = {"line_type_intelligence": {"type": line, "error_code": None},
            "sim_swap": {"last_sim_swap": {"last_sim_swap_date": None, "swapped_period": "PT72H",
                                           "swapped_in_period": swapped}, "error_code": None},
            "sms_pumping_risk": {"sms_pumping_risk_score": score, "number_blocked": score >= 90,
                                 "error_code": None}}
    if number[-4:] in UNTOLD:
        field, code = UNTOLD[number[-4:]]
        told[field] = {VALUES[field]: None, "error_code": code}
    return 200, {"phone_number": number, "valid": valid,
                 "validation_errors": [] if valid else ["TOO_LONG"],
                 **{name: told[name] if name in wanted else None for name in FIELDS}}, None


def failed(message, code):
    """Nothing that is made can fail here."""
    return {}


def wrong_types():
    """The right members with values of the wrong types."""
    return {"valid": "yes", "line_type_intelligence": [], "sim_swap": 1}
