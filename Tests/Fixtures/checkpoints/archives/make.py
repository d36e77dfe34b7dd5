"""Writes the tar archives beside this file: one text under a short and one under a long name."""
import gzip, io, os, tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
LONG = "folder/" * 20 + "long.txt"
for name, kind in [("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT),
                   ("pax", tarfile.PAX_FORMAT)]:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=kind) as archive:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for path, text in [("folder/short.txt", b"short\n" * 100), (LONG, b"long\n"),
                           ("empty.txt", b"")]:
            info = tarfile.TarInfo(path)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    with open(os.path.join(HERE, name + ".tar.gz"), "wb") as file:
        with gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
            packed.write(raw.getvalue())
