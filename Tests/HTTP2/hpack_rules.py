# SPDX-License-Identifier: Apache-2.0
"""RFC 7541: every representation of a field, and every way to get one wrong."""

from cases import Register
from hpack.huffman import HuffmanEncoder
from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH
from wire import COMPRESSION_ERROR, HEADER_TABLE_SIZE, settings

CASES = Register()
USER_AGENT = 58  # Index of `user-agent` in the static table.


def integer(value: int, bits: int, head: int = 0) -> bytes:
    """An integer with a prefix of `bits` bits (section 5.1)."""
    limit = (1 << bits) - 1
    if value < limit:
        return bytes([head | value])
    out, value = [head | limit], value - limit
    while value >= 128:
        out.append(0x80 | value & 0x7F)
        value >>= 7
    return bytes(out + [value])


def text(value: bytes, huffman: bool = False) -> bytes:
    """A string literal (section 5.2)."""
    if huffman:
        value = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH).encode(value)
    return integer(len(value), 7, 0x80 if huffman else 0) + value


def request(it) -> bytes:
    """GET / in the plainest representations, all of the static table."""
    return b"\x82\x86\x84" + b"\x01" + text(it.authority.encode())


def accepted(section, title, field):
    @CASES(section, title)
    def _(it):
        it.send(it.headers(1, request(it) + field))
        it.expect_response(1)


def refused(section, title, field, before=b""):
    @CASES(section, title)
    def _(it):
        it.send(it.headers(1, before + request(it) + field))
        it.expect_connection_error(COMPRESSION_ERROR)


accepted("generic/5/1", "an indexed field", integer(16, 7, 0x80))
number = 2
for kind, bits, head in (
    ("with incremental indexing", 6, 0x40), ("without indexing", 4, 0x00),
    ("never indexed", 4, 0x10),
):
    for huffman in (False, True):
        coded = " in Huffman code" if huffman else ""
        accepted(f"generic/5/{number}", f"a literal {kind}, indexed name{coded}",
                 integer(USER_AGENT, bits, head) + text(b"test", huffman))
        number += 1
    for huffman in (False, True):
        coded = " in Huffman code" if huffman else ""
        accepted(f"generic/5/{number}", f"a literal {kind}, new name{coded}",
                 bytes([head]) + text(b"x-test", huffman) + text(b"ok", huffman))
        number += 1


@CASES("generic/5/14", "a table size update")
def _(it):
    it.send(it.headers(1, integer(128, 5, 0x20) + request(it)))
    it.expect_response(1)


@CASES("generic/5/15", "two table size updates")
def _(it):
    it.send(it.headers(1, integer(128, 5, 0x20) + integer(4096, 5, 0x20) + request(it)))
    it.expect_response(1)


refused("hpack/2.3.3/1", "an index beyond both tables", integer(70, 7, 0x80))
refused("hpack/2.3.3/2", "a name's index beyond both tables",
        integer(70, 6, 0x40) + text(b"empty"))


@CASES("hpack/4.2/1", "a table size update at the end of a block")
def _(it):
    it.send(settings((HEADER_TABLE_SIZE, 128)))
    it.send(it.headers(1, request(it) + integer(1, 5, 0x20)))
    it.expect_connection_error(COMPRESSION_ERROR)


refused("hpack/5.2/1", "Huffman padding of more than 7 bits",
        b"\x00\x85\xf2\xb2\x4a\x84\xff" + b"\x84\x49\x50\x9f\xff")
refused("hpack/5.2/2", "Huffman padding of zeros",
        b"\x00\x85\xf2\xb2\x4a\x84\xff" + b"\x83\x49\x50\x90")
refused("hpack/5.2/3", "the EOS symbol in Huffman code",
        b"\x00\x85\xf2\xb2\x4a\x84\xff" + b"\x88\x49\x50\x9f\xff\xff\xff\xff\xc7")
refused("hpack/6.1/1", "index 0", b"\x80")


@CASES("hpack/6.3/1", "a table size update beyond the server's limit")
def _(it):
    limit = it.server_settings.get(HEADER_TABLE_SIZE, 4096)
    it.send(it.headers(1, integer(limit + 1, 5, 0x20) + request(it)))
    it.expect_connection_error(COMPRESSION_ERROR)
