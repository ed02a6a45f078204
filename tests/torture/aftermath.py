# SPDX-License-Identifier: Apache-2.0
"""What must hold whenever a daemon has ended, however it did (safety.md 4, and "always also")."""

import wallet
from attempts import FAILURES_BEFORE_LOCK, HERE, Told, walk
from house import processes_named, require


def check_state(house, told):
    """Recorded >= answered, and the state is sound. The daemon is down."""
    require(not told.trouble, told.trouble)
    house.check_integrity()
    messages = len(house.messages())
    require(house.messages_reserved() >= messages, f"{messages} messages left, fewer are recorded")
    for user, wrong in told.wrong.items():
        consecutive, of_the_day = house.wrong_answers(user)
        if user == "mallory":
            continue  # a stranger has no counter
        # Whoever is locked hears that every answer is wrong, and none of them is compared.
        compared = min(wrong, FAILURES_BEFORE_LOCK)
        require(of_the_day >= compared, f"{compared} answers were judged, {of_the_day} recorded")
        if user not in told.tried_right:
            require(consecutive >= compared, f"{compared} in a row, {consecutive} recorded")
        if wrong >= FAILURES_BEFORE_LOCK:
            require(house.is_locked(user), f"{wrong} wrong in a row, and no lock")
    for user in set(told.accepted):
        # One more right answer may have been counted, as all are, and not been committed as right.
        open_ones = told.tried_right.count(user) - told.accepted.count(user)
        require(house.wrong_answers(user)[0] <= open_ones, f"{user} is in, and that is not kept")


def check_wallet(house, told):
    """What has let carol in never does again, and what she has left still does."""
    used = [typed for user, typed in told.spent if user == wallet.OWNER]
    require(len(used) == len(set(used)), "one code let her in twice")
    later = Told()
    walk(house, later, wallet.OWNER, HERE, [*used, "another backup"])
    require(later.wrong.get(wallet.OWNER, 0) == len(used), "a used code was good once more")
    require(later.accepted == [wallet.OWNER], "an unused backup code does not work")


def check_restart(house, told):
    """A daemon begins again on that state: old codes are dead, locks last, and alice can log in."""
    consecutive, _ = house.wrong_answers("alice")
    locked = house.is_locked("alice")
    pid = house.start()
    check_wallet(house, told)
    later = Told()
    old = told.codes[-1] if told.codes else "000000"
    walk(house, later, "alice", HERE, [old, "right"])
    require(later.accepted != ["alice"] or later.wrong.get("alice") == 1,
            "a used code was good once more")
    if locked:
        require(not later.accepted, "a lock did not last")
    elif consecutive + 1 < FAILURES_BEFORE_LOCK and old != house.codes()[-1]:
        require(later.accepted == ["alice"], "a later login does not work")
    house.stop(pid)
    require(not processes_named("sms2fad"), "a process is left")
