# SPDX-License-Identifier: Apache-2.0
"""One point, sent and counted when the block ends. The argument is HOST:PORT."""
import sys
from tributary import Client

with Client(sys.argv[1]) as client:
    client.record("room.temperature", 21.5, labels={"room": "kitchen"}, kind="gauge")
print("acknowledged:", client.statistics.acknowledged)
