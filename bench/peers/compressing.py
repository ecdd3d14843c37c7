"""Standard input to standard output through the compressor of downloads, a frame a block.

What `COPY … TO STDOUT` is piped through, so that both sides of a comparison compress alike.
"""

import sys

from customer_inventory.access.download.encoding import compressor

BLOCK = 2 * 2**20
"""Bytes of a frame: about what a chunk of a download holds of records of this size."""


def main() -> None:
    """Compress until the input ends."""
    compress = compressor("zstd")
    while block := sys.stdin.buffer.read(BLOCK):
        sys.stdout.buffer.write(compress(block))


if __name__ == "__main__":
    main()
