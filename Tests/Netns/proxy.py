# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that delays all it passes on, more or less, and keeps its order."""

import asyncio
import random
import threading


class SlowProxy:
    """Passes connections on to a target. What it reads goes out `delay` seconds later, give or take
    `jitter`, or right after what was read before it."""

    def __init__(self, host: str, target: str, delay: float, jitter: float):
        self.target, self.delay, self.jitter = target, delay, jitter
        self.passed = 0
        self.dice = random.Random(target)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = self._run(asyncio.start_server(self._accepted, host, 0))
        self.address = f"{host}:{self.server.sockets[0].getsockname()[1]}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._run(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def _close(self) -> None:
        self.server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accepted(self, reader, writer) -> None:
        writers = [writer]
        try:
            host, port = self.target.rsplit(":", 1)
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
            writers.append(far_writer)
            await asyncio.gather(self._way(reader, far_writer), self._way(far_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for one in writers:
                one.close()

    async def _way(self, reader, writer) -> None:
        """One direction, until its end; 64 reads are under way at most."""
        line: asyncio.Queue = asyncio.Queue(64)
        sending = asyncio.create_task(self._send(line, writer))
        try:
            while data := await reader.read(65536):
                self.passed += len(data)
                wait = self.delay + self.dice.uniform(-self.jitter, self.jitter)
                await line.put((self.loop.time() + wait, data))
            await line.put((0, None))
            await sending
        finally:
            sending.cancel()

    async def _send(self, line: asyncio.Queue, writer) -> None:
        while (item := await line.get())[1] is not None:
            due, data = item
            await asyncio.sleep(max(0, due - self.loop.time()))
            writer.write(data)
            await writer.drain()
        writer.write_eof()
