"""A process that is told to end hears it twice: from others, or the second time from itself."""

import subprocess
import sys

import pytest

from tests.patience import LONG_S

LISTENER = """
import os, signal, sys, threading, time
from app.jobs.stop_signals import AGAIN_S, set_at_the_end
told, stopping = [], threading.Event()
signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
set_at_the_end(stopping)
for _ in range(int(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGTERM)
assert stopping.wait(float(sys.argv[2]))
while len(told) < 2:
    time.sleep(0.01)
time.sleep(AGAIN_S * 1.5)
print(len(told))
"""


@pytest.mark.parametrize("times", [1, 2])
def test_who_is_told_to_end_hears_it_twice(times: int) -> None:
    command = [sys.executable, "-c", LISTENER, str(times), str(LONG_S)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONG_S)
    assert (done.stdout, done.returncode) == ("2\n", 0), done.stderr
