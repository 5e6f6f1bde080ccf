# SPDX-License-Identifier: Apache-2.0
"""The messages and stubs of telemetry.proto, written by dev/generate."""
