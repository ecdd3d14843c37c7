"""Backups: base copies and the log since, sealed in a folder, and brought back to any instant.

The folder (CINV_BACKUP) holds

    base/ID.tar.sealed    a base copy: the whole data, or what changed since the one before
    base/ID.manifest.sealed  what PostgreSQL says of the copy: the next one is made against it
    base/ID.json          the copy in the catalogue, written last: a half one is never listed
    wal/SEGMENT.sealed    the log, a file a segment
    spool/                the segment that is being received, in the clear: the only one
    erasures/             who was erased since: ids, sealed; a restore erases them again

`sealing` writes and reads sealed files, `catalogue` lists what there is, `vault` is both together.
`taking` makes base copies, `archiving` receives the log and `keeping` has the service do so.
`restoring` puts an inventory together, `bringing_back` has it take the place of what was there,
`drilling` proves that it would. `verifying` looks through it all, `expiring` lets go of the old.
"""
