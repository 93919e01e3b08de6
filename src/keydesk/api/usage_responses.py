"""Usage as files on the wire: their names and headers."""

from starlette.responses import Response

from keydesk.usage import csv_file, parquet_file
from keydesk.usage.question import Question
from keydesk.usage.service import Export, FileFormat

_KEEPING = {"cache-control": "private, no-cache", "vary": "Authorization, Cookie"}
"""A browser may keep it for the person alone, and must ask each time whether it still holds."""
_MEDIA_TYPES: dict[FileFormat, str] = {"csv": csv_file.MEDIA_TYPE, "parquet": parquet_file.MEDIA_TYPE}


def file_sent(export: Export, question: Question, form: FileFormat) -> Response:
    """The file. A table has no place for `complete` and `as_of`, so its name and headers tell them."""
    cube, period = export.cube, question.period
    part = "" if cube.complete else "-incomplete"
    headers = {
        **_KEEPING,
        "content-disposition": f'attachment; filename="usage-{period.start}-{period.end}{part}.{form}"',
        "x-usage-complete": str(cube.complete).lower(),
        "x-usage-as-of": cube.as_of.isoformat(),
    }
    return Response(export.content, headers=headers, media_type=_MEDIA_TYPES[form])
