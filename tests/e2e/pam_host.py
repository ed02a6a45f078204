# SPDX-License-Identifier: Apache-2.0
"""A program that logs in for somebody, on the real libpam: `python3 pam_host.py SERVICE USER RHOST`.

It reads what to answer from its input, as JSON: {"on": ..., "off": ...} for prompts that show what
is typed and for those that hide it. It prints, as JSON, the prompts it met and libpam's result.
"""

import ctypes
import ctypes.util
import json
import sys

PROMPT_ECHO_OFF, PROMPT_ECHO_ON = 1, 2
SUCCESS, CONV_ERR = 0, 19
RHOST = 4


class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]


CONVERSE = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(Message)),
    ctypes.POINTER(ctypes.POINTER(Response)), ctypes.c_void_p)


class Conversation(ctypes.Structure):
    _fields_ = [("converse", CONVERSE), ("data", ctypes.c_void_p)]


def authenticate(service, user, rhost, answers):
    """Returns what libpam says and the prompts."""
    pam = ctypes.CDLL(ctypes.util.find_library("pam"))
    libc = ctypes.CDLL(None)
    libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p
    prompts = []

    @CONVERSE
    def converse(count, messages, responses, _):
        found = libc.calloc(count, ctypes.sizeof(Response))
        responses[0] = ctypes.cast(found, ctypes.POINTER(Response))
        for i in range(count):
            message = messages[i].contents
            answer = {PROMPT_ECHO_ON: answers["on"], PROMPT_ECHO_OFF: answers["off"]}
            if message.style in answer:
                prompts.append(message.text.decode())
                responses[0][i].text = libc.strdup(answer[message.style].encode())
        return SUCCESS

    handle = ctypes.c_void_p()
    conversation = Conversation(converse, None)
    if pam.pam_start(service.encode(), user.encode(), ctypes.byref(conversation),
                     ctypes.byref(handle)) != SUCCESS:
        sys.exit("pam_start failed")
    pam.pam_set_item(handle, RHOST, ctypes.c_char_p(rhost.encode()))
    result = pam.pam_authenticate(handle, 0)
    pam.pam_end(handle, result)
    return result, prompts


if __name__ == "__main__":
    said, met = authenticate(*sys.argv[1:4], json.load(sys.stdin))
    print(json.dumps({"result": said, "prompts": met}))
