# SPDX-License-Identifier: Apache-2.0
"""Every interop case, our client and server against the official Go ones and each other."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from listening import await_port

CASES = """empty_unary large_unary client_streaming server_streaming ping_pong empty_stream
custom_metadata status_code_and_message special_status_message unimplemented_method
unimplemented_service cancel_after_begin cancel_after_first_response
timeout_on_sleeping_server""".split()

# The Go programs of that release do not know these.
COMPRESSED_CASES = """client_compressed_unary server_compressed_unary
client_compressed_streaming server_compressed_streaming""".split()


class Server:
    def __init__(self, command: list[str]):
        self.log = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)

    def __enter__(self) -> int:
        return await_port(self.process)

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run(client: list[str], port: int, case: str) -> tuple[bool, str, float]:
    started = time.monotonic()
    command = client + ["--server_host=127.0.0.1", f"--server_port={port}", f"--test_case={case}"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        passed, output = ended.returncode == 0, ended.stderr + ended.stdout
    except subprocess.TimeoutExpired:
        passed, output = False, "no end within 30 s"
    return passed, output, time.monotonic() - started


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ours", type=Path, help="folder of interop-server and interop-client")
    options.add_argument("--go", type=Path, required=True, help="folder of client and server")
    options.add_argument("--only-go", action="store_true", help="Go against Go alone")
    chosen = options.parse_args()
    go_client = [str(chosen.go / "client"), "--use_tls=false"]
    go_server = [str(chosen.go / "server"), "--use_tls=false", "--port=0"]
    pairs = [("go -> go", go_client, go_server, CASES)]
    if not chosen.only_go:
        client = [str(chosen.ours / "interop-client")]
        server = [str(chosen.ours / "interop-server"), "--port=0"]
        pairs = [
            ("go client -> our server", go_client, server, CASES),
            ("our client -> go server", client, go_server, CASES),
            ("our client -> our server", client, server, CASES + COMPRESSED_CASES),
        ]
    passed_count = failed_count = 0
    for title, client, server, cases in pairs:
        print(title)
        for case in cases:
            with Server(server) as port:
                passed, output, seconds = run(client, port, case)
            word = "ok  " if passed else "FAIL"
            print(f"  {word} {case:<30} {seconds * 1000:7.0f} ms", flush=True)
            if passed:
                passed_count += 1
            else:
                failed_count += 1
                print("       " + "\n       ".join(output.strip().splitlines()[-5:]))
    print(f"{passed_count} passed, {failed_count} failed")
    return 1 if failed_count else 0


if __name__ == "__main__":
    sys.exit(main())
