# SPDX-License-Identifier: Apache-2.0
"""Random messages of any type, by reflection."""
import random
import struct

from google.protobuf.descriptor import FieldDescriptor as F

INTEGERS = {
    F.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    F.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    F.CPPTYPE_UINT32: (0, 2**32 - 1),
    F.CPPTYPE_UINT64: (0, 2**64 - 1),
}
DOUBLES = [0.0, -0.0, 1.5, -1e300, 5e-324, float("inf"), float("-inf"), float("nan")]
TEXTS = ["", "a", "cpu.load", "größe", "日本", "\U0001f600", "\0", "x" * 300]


def is_repeated(field):
    """Whether the field is an array or a map; the attribute depends on the runtime's version."""
    value = getattr(field, "is_repeated", None)
    return field.label == F.LABEL_REPEATED if value is None else value


def is_map(field):
    """Whether the field is a map."""
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def scalar(field, rng):
    """A value for a field that holds no message; often one at an edge."""
    kind = field.cpp_type
    if kind in INTEGERS:
        low, high = INTEGERS[kind]
        edges = [low, high, 0, 1, 127, 128]
        value = rng.getrandbits(64) >> rng.randrange(64)
        return rng.choice(edges) if rng.random() < 0.4 else low + value % (high - low + 1)
    if kind == F.CPPTYPE_BOOL:
        return rng.random() < 0.5
    if kind == F.CPPTYPE_ENUM:
        named = rng.choice(field.enum_type.values).number
        return named if rng.random() < 0.7 else rng.randrange(-(2**31), 2**31)
    if kind == F.CPPTYPE_DOUBLE:
        return rng.choice(DOUBLES) if rng.random() < 0.5 else rng.gauss(0, 1e6)
    if kind == F.CPPTYPE_FLOAT:
        value = rng.choice(DOUBLES[:3]) if rng.random() < 0.5 else rng.gauss(0, 1e6)
        return struct.unpack("<f", struct.pack("<f", value))[0]
    if field.type == F.TYPE_BYTES:
        return rng.randbytes(rng.choice([0, 1, 5, 200]))
    return rng.choice(TEXTS)


def fill(message, rng, depth=0):
    """Sets some of the message's fields, ever fewer the deeper it lies."""
    for field in message.DESCRIPTOR.fields:
        if rng.random() < 0.45 + 0.15 * depth:
            continue
        if is_map(field):
            fill_map(message, field, rng, depth)
        elif field.message_type is not None:
            if depth > 3:
                continue
            if is_repeated(field):
                for _ in range(rng.randrange(4)):
                    fill(getattr(message, field.name).add(), rng, depth + 1)
            else:
                nested = getattr(message, field.name)
                nested.SetInParent()
                fill(nested, rng, depth + 1)
        elif is_repeated(field):
            values = [scalar(field, rng) for _ in range(rng.choice([0, 1, 2, 40]))]
            getattr(message, field.name).extend(values)
        else:
            setattr(message, field.name, scalar(field, rng))


def fill_map(message, field, rng, depth):
    """Sets up to three entries."""
    entries = getattr(message, field.name)
    fields = field.message_type.fields_by_name
    key, value = fields["key"], fields["value"]
    for _ in range(rng.randrange(4)):
        if value.message_type is None:
            entries[scalar(key, rng)] = scalar(value, rng)
        elif depth <= 3:
            fill(entries[scalar(key, rng)], rng, depth + 1)
