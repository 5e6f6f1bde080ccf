# SPDX-License-Identifier: Apache-2.0
"""A series that is recorded often is named once. The argument is HOST:PORT."""
import sys
from tributary import Client, Series

client = Client(sys.argv[1])
requests = Series("http.requests", {"path": "/"}, "counter")
for _ in range(1000):
    client.record(requests, 1)
print("left over:", "something" if client.close() else "nothing")
