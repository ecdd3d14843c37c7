"""The file of a download as it is answered, whole or one range of it, by every door alike."""

from customer_inventory.access.download.downloads import Downloads
from customer_inventory.access.download.encoding import MEDIA, Compression
from customer_inventory.access.download.job import Download
from customer_inventory.access.guard import Session
from customer_inventory.web.exchange import Answer, Request
from customer_inventory.web.ranges import span_of


async def answer_with(
    downloads: Downloads, found: Download, session: Session, request: Request
) -> Answer:
    """Return the file, or the range that is asked for; with If-Range of the file it names alone.

    Raises NotReady, FileGone and Damaged.
    """
    found.demand_file()
    tag = f'"{(found.sha256 or b"").hex()}"'
    headers = [
        (b"content-type", _media(found).encode()),
        (b"content-disposition", f'attachment; filename="{found.file_name}"'.encode()),
        (b"accept-ranges", b"bytes"),
        (b"etag", tag.encode()),
    ]
    start, stop, status = 0, found.size, 200
    if request.header(b"if-range").strip() in ("", tag):
        span = span_of(request.header(b"range"), found.size)
        if span is not None:
            (start, stop), status = span, 206
            headers.append((b"content-range", b"bytes %d-%d/%d" % (start, stop - 1, found.size)))
    return Answer(
        status,
        headers=tuple(headers),
        told=found.row_count,
        reason=found.reason,
        stream=await downloads.content(found, session, (start, stop)),
        length=stop - start,
    )


def _media(found: Download) -> str:
    compressed: dict[Compression, str] = {"gzip": "application/gzip", "zstd": "application/zstd"}
    if found.format == "parquet":
        return MEDIA["parquet"]
    return compressed.get(found.compression, MEDIA[found.format])
