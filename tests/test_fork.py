"""Forked children make thread pools of their own; the parent's are never touched."""

import os
import signal
import sys
import time

import pytest

from kebao import _kebao

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


def run_in_child(action):
    """Exit status of a forked child, or None if it hangs for 20 seconds."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            action()
            status = 0
        finally:
            sys.stdout.flush()
            os._exit(status)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def test_a_forked_child_runs_on_threads_of_its_own():
    assert _kebao._probe(8, threads=2) == 8  # the parent's pool exists

    def child():
        assert _kebao._probe(8, threads=2) == 8
        assert _kebao._probe(8, threads=3) == 8
        assert run_in_child(lambda: _kebao._probe(4, threads=2)) == 0  # a grandchild

    assert run_in_child(child) == 0
    assert _kebao._probe(8, threads=2) == 8  # and still works here
