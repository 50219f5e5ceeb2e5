"""Coroutines in tests."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def complete(coroutine):
    """What the coroutine returns. In a thread of its own: in a worker that has a browser, the main
    thread's loop is Playwright's, and runs.
    """
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, coroutine).result()
