"""Manuals in every format that a folder may hold, made here: small, and of known words."""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

__all__ = ["write_docx", "write_epub", "write_pdf"]


def write_pdf(
    path: Path,
    pages: Sequence[Sequence[str]],
    title: str = "",
    bookmarks: Mapping[str, int] | None = None,
    *,
    kids: str | None = None,
    trailer: str = "",
) -> Path:
    """A PDF of lines of text. ``bookmarks``: title and page, from 0; ``kids``: not its own."""
    marks = list((bookmarks or {}).items())
    first_page, first_mark = 5, 5 + 2 * len(pages)
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {'/Outlines 4 0 R' if marks else ''} >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids "
        f"[{kids or ' '.join(f'{first_page + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Type /Outlines /First {first_mark} 0 R /Last {first_mark + len(marks) - 1} 0 R >>"
        if marks
        else "<< >>",
    ]
    for number, lines in enumerate(pages):
        shown = " T* ".join(f"({line}) Tj" for line in lines)
        content = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET"
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            "/Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {first_page + 2 * number + 1} 0 R >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    for number, (words, page) in enumerate(marks):
        following = f"/Next {first_mark + number + 1} 0 R" if number + 1 < len(marks) else ""
        target = f"[{first_page + 2 * page} 0 R /Fit]"
        objects.append(f"<< /Title ({words}) /Parent 4 0 R /Dest {target} {following} >>")
    objects.append(f"<< /Title ({title}) >>")
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{offset:010} 00000 n \n" for offset in offsets).encode()
    out += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R {trailer} >>\n"
        f"startxref\n{start}\n%%EOF\n"
    ).encode()
    path.write_bytes(out)
    return path


def write_epub(
    path: Path, chapters: Sequence[str], title: str, more: Mapping[str, bytes] | None = None
) -> Path:
    """An EPUB of chapters in XHTML, the insides of their bodies."""
    items = "".join(
        f'<item id="c{n}" href="text/c%20{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        )
        archive.writestr(
            "OPS/book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf"><metadata>'
            f'<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">{title}</dc:title></metadata>'
            f"<manifest>{items}"
            '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
            f'</manifest><spine><itemref idref="nav"/>{spine}</spine></package>',
        )
        for number, body in enumerate(chapters):
            archive.writestr(
                f"OPS/text/c {number}.xhtml",
                '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>'
                f'</head><body><a id="top"/>{body}</body></html>',
            )
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return path


def write_docx(path: Path, paragraphs: Sequence[tuple[str, str]], title: str = "") -> Path:
    """A DOCX of paragraphs, each with its style: "", "Title", "Heading1", "Code"."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    names = {"Title": "Title", "Heading1": "heading 1", "Heading2": "heading 2", "Code": "Code"}
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in names.items()
    )
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{kinds}.document.main+xml"/>'
            "</Types>",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{relations}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="s1" '
            f'Type="{relations}/styles" Target="styles.xml"/></Relationships>',
        )
        archive.writestr("word/styles.xml", f'<w:styles xmlns:w="{word}">{styles}</w:styles>')
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>',
        )
        if title:
            archive.writestr(
                "docProps/core.xml",
                '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
                'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
                f"<dc:title>{title}</dc:title></cp:coreProperties>",
            )
    return path


def zip_bomb(path: Path, mebibytes: int) -> Path:
    """An archive of a kilobyte for each MiB that it unpacks to."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for number in range(mebibytes // 16):
            archive.writestr(f"{number}", b"\0" * (16 << 20), compresslevel=9)
    return path


def gzip_bomb(path: Path, mebibytes: int) -> Path:
    """A page of a manual that goes on for so long."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    with path.open("wb") as file:
        file.write(packer.compress(b".TH BOMB 1\n.SH NAME\n"))
        for _ in range(mebibytes):
            file.write(packer.compress(b"a " * (1 << 19)))
        file.write(packer.flush())
    return path
