"""A long kernel is interruptible, tells its progress, and hands back what is done."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

import kebao as kb
from kebao import _kebao
from kebao.errors import InternalError

GREATER_BAY = Path(__file__).parents[1] / "examples" / "greater-bay"


def interrupted(call, delay):
    """Ctrl-C after `delay` seconds of a call: how long it took to stop, and what it raised."""
    sent = []

    def interrupt():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(delay, interrupt)
    timer.start()
    with pytest.raises(KeyboardInterrupt) as caught:
        call()
    wait = time.monotonic() - sent[0]
    timer.join()
    return wait, caught.value


def test_ctrl_c_stops_within_100_ms_and_keeps_what_is_done():
    wait, stopped = interrupted(lambda: _kebao._probe(60_000), 0.2)
    assert wait < 0.1
    assert 0 < stopped.partial < 60_000


def test_ctrl_c_stops_a_programme_over_a_book_in_the_middle_of_a_block():
    # A block of this book takes about 80 ms of processor time on each thread.
    book = kb.Portfolio(GREATER_BAY / "policies.csv")
    text = (GREATER_BAY / "programme.txt").read_text(encoding="utf-8")
    programme = kb.Programme.from_text(text, currency="CNY", premium="300m")
    waits = []
    for delay in (0.5, 0.63, 0.76, 0.89):
        losses = kb.simulate(book, years=2_000_000, seed=1)
        wait, stopped = interrupted(
            lambda losses=losses: programme.apply(losses, progress=False), delay
        )
        waits.append(wait)
        assert stopped.partial.interrupted
        assert stopped.partial.years % 4096 == 0
    # The machine may be busy with something else now and then.
    assert sorted(waits)[1] < 0.1, waits


@pytest.mark.parametrize(
    "grid",
    [
        pytest.param(lambda a: a.panjer(log2=18, step=100.0), id="recursion"),
        pytest.param(lambda a: a.fft(log2=24, step=1.0), id="transform"),
        pytest.param(lambda a: a.fft(log2=24, step=1.0, discretisation="lower"), id="bound"),
    ],
)
def test_ctrl_c_stops_a_long_grid(grid):
    aggregate = kb.Aggregate(kb.Poisson(mean=10), kb.Burr(alpha=2, gamma=1.5, scale=5_000))
    waits = [interrupted(lambda: grid(aggregate), delay)[0] for delay in (0.05, 0.08, 0.11)]
    # The machine may be busy with something else now and then.
    assert min(waits) < 0.1, waits


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
