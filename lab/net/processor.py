"""What processes use of the processor."""

import time
from pathlib import Path


def cpu_ms(pid):
    """Processor time of all its threads since it began, by the scheduler's own nanoseconds."""
    tasks = Path(f"/proc/{pid}/task")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e6


def is_idle(*pids, window=3):
    """Whether all of them together use less than 1 % of a processor for so many seconds, which this takes."""
    before = sum(map(cpu_ms, pids))
    time.sleep(window)
    return sum(map(cpu_ms, pids)) - before < 10 * window
