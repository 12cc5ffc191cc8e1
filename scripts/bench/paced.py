"""Load at a steady pace, whatever the service does: a late answer delays no request, and its wait counts in full."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

OPEN_AHEAD = 32
"""Connections that stay open; a request that finds none free opens one more."""


@dataclass(frozen=True)
class Paced:
    """Seconds from the moment at which each request was due to the end of its answer, and the statuses by number."""

    waits: Sequence[float]
    statuses: dict[int, int]

    def percentile(self, part: float) -> float:
        """Such as 0.99, in milliseconds."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000


def at_pace(port: int, requests: Sequence[bytes], *, a_second: float) -> Paced:
    """Send the requests, one each 1/`a_second` seconds, to the loopback."""
    return asyncio.run(_send_all(port, requests, a_second))


async def _send_all(port: int, requests: Sequence[bytes], a_second: float) -> Paced:
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(OPEN_AHEAD)]
    began = time.perf_counter()

    async def one(request: bytes, due: float) -> tuple[float, int]:
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        status = await _answer(reader)
        idle.append((reader, writer))
        return time.perf_counter() - due, status

    tasks = []
    for n, request in enumerate(requests):
        due = began + n / a_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(request, due)))
    found = await asyncio.gather(*tasks)
    for _, writer in idle:
        writer.close()
    statuses: dict[int, int] = {}
    for _, status in found:
        statuses[status] = statuses.get(status, 0) + 1
    return Paced([wait for wait, _ in found], statuses)


async def _answer(reader: asyncio.StreamReader) -> int:
    """The status; the body is read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    await reader.readexactly(int(headers.get("content-length", 0)))
    return int(lines[0].split()[1])
