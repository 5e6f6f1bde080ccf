# SPDX-License-Identifier: Apache-2.0
"""How programs end that use the Python client."""

import subprocess
import sys
import textwrap
import time

from conftest import PACKAGE


def run(program: str, *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess:
    """Runs a program of its own interpreter."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *arguments], timeout=seconds,
        env={"PYTHONPATH": str(PACKAGE), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True)


def test_a_program_that_just_ends_flushes(node, prefix):
    done = run("""
        import sys, tributary
        client = tributary.Client(sys.argv[1], options=tributary.Options(flush_interval=60))
        for number in range(1000):
            client.record(sys.argv[2], number)
        """, node.target, prefix)
    assert (done.returncode, done.stderr) == (0, "")
    assert node.count(prefix) == 1000


def test_threads_that_outlive_the_main_one_record_to_the_end(node, prefix):
    done = run("""
        import sys, threading, time, tributary
        client = tributary.Client(sys.argv[1])
        client.record(sys.argv[2], 1)

        def work():
            time.sleep(0.5)
            client.record(sys.argv[2], 1)

        threading.Thread(target=work).start()
        """, node.target, prefix)
    assert (done.returncode, done.stderr) == (0, "")
    assert node.count(prefix) == 2


def test_the_end_of_a_program_waits_no_longer_than_it_may_and_tells_what_is_lost():
    start = time.monotonic()
    done = run("""
        import tributary
        client = tributary.Client("127.0.0.1:1", options=tributary.Options(exit_timeout=0.5))
        client.record("a", 1)
        """)
    assert time.monotonic() - start < 20
    assert done.returncode == 0
    assert "1 points are not acknowledged" in done.stderr


def test_a_failed_program_keeps_its_status(node, prefix):
    done = run("""
        import sys, tributary
        tributary.Client(sys.argv[1]).record(sys.argv[2], 1)
        client = tributary.Client(sys.argv[1])
        client.record(sys.argv[2], 1)
        raise SystemExit(3)
        """, node.target, prefix)
    assert done.returncode == 3
    assert node.count(prefix) >= 1


def test_a_forked_child_begins_anew_and_empty(node, prefix):
    done = run("""
        import os, sys, tributary
        client = tributary.Client(sys.argv[1], options=tributary.Options(flush_interval=60))
        client.record(sys.argv[2], 1)
        child = os.fork()
        if child == 0:
            assert client.statistics.recorded == 0
            for _ in range(5):
                client.record(sys.argv[2], 10)
            client.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        client.record(sys.argv[2], 1)
        """, node.target, prefix)
    assert done.returncode == 0, done.stderr
    assert node.totals(prefix) == {prefix: 52}


def test_a_child_forked_from_a_client_at_work_begins_anew_too(node, prefix):
    done = run("""
        import os, sys, tributary
        client = tributary.Client(sys.argv[1])
        client.record(sys.argv[2], 1)
        client.flush()
        child = os.fork()
        if child == 0:
            for _ in range(5):
                client.record(sys.argv[2], 10)
            left = client.close(20)
            os._exit(bool(left))
        assert os.waitpid(child, 0)[1] == 0
        client.record(sys.argv[2], 1)
        client.flush()
        """, node.target, prefix)
    assert done.returncode == 0, done.stderr
    assert node.totals(prefix) == {prefix: 52}
