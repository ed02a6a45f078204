# SPDX-License-Identifier: Apache-2.0
"""What a call says: TwiML and TeXML, of which a code needs two verbs."""

import xml.etree.ElementTree as ElementTree

LONGEST = 4000
KNOWN = {"Say": {"language", "voice", "loop"}, "Pause": {"length"}}


class BadScript(Exception):
    """No document that a provider would run."""


def read_script(text):
    """Returns {"body", "said", "language", "voice"}; raises BadScript.

    `said` lists what is spoken, in order, with None for a pause; `body` is its first text. Stricter
    than the providers: other verbs and attributes are a client's mistake here.
    """
    if not 0 < len(text) <= LONGEST:
        raise BadScript("no script, or more than 4000 characters")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as reason:
        raise BadScript(str(reason)) from None
    if root.tag != "Response":
        raise BadScript("the root is not <Response>")
    for verb in root:
        if len(verb) or not set(verb.attrib) <= KNOWN.get(verb.tag, set()):
            raise BadScript(f"unknown verb or attribute in <{verb.tag}>")
    says = [verb for verb in root if verb.tag == "Say"]
    if not says or not all((verb.text or "").strip() for verb in says):
        raise BadScript("nothing is said")
    return {"body": says[0].text,
            "said": [verb.text if verb.tag == "Say" else None for verb in root],
            "language": says[0].get("language"), "voice": says[0].get("voice")}
