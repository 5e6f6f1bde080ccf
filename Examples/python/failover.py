# SPDX-License-Identifier: Apache-2.0
"""Two nodes of one cluster: when one is away the other takes the points. The argument is one of
them; nobody listens at the other."""
import sys
from tributary import Client

client = Client("127.0.0.1:1", sys.argv[1])
client.record("failover.example", 1)
client.flush(timeout=20)
print("connections:", client.statistics.connections)
