"""What all tests share."""

import os
import signal
import sys
from pathlib import Path

from hypothesis import Phase, settings

# No test is timed: a machine that is busy is not a fault. And nothing is explained: that takes most of the
# time of those tests that look at what an example shrinks to.
settings.register_profile(
    "untimed", deadline=None, phases=[phase for phase in Phase if phase is not Phase.explain]
)
settings.load_profile("untimed")

# No test leaves this machine, and to read whom to trust takes every new client 20 ms: here is nobody to be read.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)

# What a process ignores, as under `nohup`, those that it starts ignore, too; what it handles they do not.
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, lambda *_: None)

# The tests start two hundred processes: what one has compiled the others need not compile again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
