"""A long kernel is interruptible, tells its progress, and hands back what is done."""

import os
import signal
import threading
import time

import pytest

from kebao import _kebao
from kebao.errors import InternalError


def test_ctrl_c_stops_within_100_ms_and_keeps_what_is_done():
    sent = []

    def interrupt():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.2, interrupt)
    timer.start()
    with pytest.raises(KeyboardInterrupt) as caught:
        _kebao._probe(60_000)
    assert time.monotonic() - sent[0] < 0.1
    assert 0 < caught.value.partial < 60_000
    timer.join()


def test_progress_rises_on_the_calling_thread_and_ends_at_the_total():
    seen = []
    caller = threading.get_ident()

    def note(done, total):
        assert threading.get_ident() == caller
        seen.append((done, total))

    assert _kebao._probe(200, progress=note) == 200
    assert seen == sorted(seen)
    assert seen[-1] == (200, 200)
    assert len(seen) >= 2


def test_what_progress_raises_stops_the_kernel():
    def refuse(done, total):
        raise RuntimeError("enough")

    start = time.monotonic()
    with pytest.raises(RuntimeError, match="enough"):
        _kebao._probe(60_000, progress=refuse)
    assert time.monotonic() - start < 1.0


def test_other_threads_run_meanwhile():
    ticks = []
    stop = threading.Event()

    def tick():
        while not stop.wait(0.01):
            ticks.append(1)

    thread = threading.Thread(target=tick)
    thread.start()
    _kebao._probe(300)
    stop.set()
    thread.join()
    assert len(ticks) >= 10


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_a_panic_on_any_thread_becomes_an_error(threads, capfd):
    with pytest.raises(InternalError, match="asked to panic"):
        _kebao._probe(20, fault="panic", threads=threads)
    assert _kebao._probe(20, threads=threads) == 20
