# SPDX-License-Identifier: Apache-2.0
"""Sends points to a Tributary cluster, each of which counts once.

    with Client("127.0.0.1:50051") as client:
        client.record("room.temperature", 21.5, labels={"room": "kitchen"}, kind="gauge")
"""

from ._batch import Series
from ._client import Client
from ._options import Options
from ._statistics import (
    ClientError, Closed, DeadlinePassed, Refused, Rejection, Statistics, Unacknowledged,
    Unreachable)

__all__ = [
    "Client", "ClientError", "Closed", "DeadlinePassed", "Options", "Refused", "Rejection",
    "Series", "Statistics", "Unacknowledged", "Unreachable"]
