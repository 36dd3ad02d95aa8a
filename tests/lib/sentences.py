# SPDX-License-Identifier: Apache-2.0
"""Tests whose names are sentences: each is run, and told whether it holds; the others go on."""

import signal
import sys

from lmctl import HttpError

tests = []


def test(fn):
    tests.append(fn)
    return fn


def is_(found, wanted):
    assert found == wanted, f"{found!r} is not {wanted!r}"


def refused(status, says, fn, *args, **kwargs):
    """It is refused so; what lmctl would show says this."""
    try:
        fn(*args, **kwargs)
    except HttpError as e:
        assert e.status == status, f"status {e.status}, not {status}: {e.detail}"
        assert says in e.detail, f"{e.detail!r} does not say {says!r}"
        return e
    raise AssertionError(f"it is not refused with {status}")


def too_long(signum, frame):
    raise TimeoutError("it takes too long")


def run(asked):
    """'asked': what was asked so far, for who has to find out."""
    failed = 0
    signal.signal(signal.SIGALRM, too_long)
    for fn in tests:
        what = fn.__name__.replace("_", " ")
        signal.alarm(30)
        try:
            fn()
            print(f"  ok      {what}")
        except Exception as e:
            failed += 1
            print(f"  FAILED  {what}: {type(e).__name__}: {e}")
            for line in asked[-4:]:
                print(f"          after {line}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(failed != 0)
