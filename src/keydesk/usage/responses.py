"""Usage on the wire: entity tags, 304 for who has the same figures already, file names."""

from starlette.requests import Request
from starlette.responses import Response

from keydesk.usage import csv_file, parquet_file
from keydesk.usage.answers import Answer
from keydesk.usage.question import Question
from keydesk.usage.service import Export, FileFormat

_KEEPING = {"cache-control": "private, no-cache", "vary": "Authorization, Cookie"}
"""A browser may keep it for the person alone, and must ask each time whether it still holds."""
_MEDIA_TYPES: dict[FileFormat, str] = {"csv": csv_file.MEDIA_TYPE, "parquet": parquet_file.MEDIA_TYPE}


def answered(request: Request, answer: Answer) -> Response:
    """The JSON, or 304. The tag is weak: the same figures read a moment later are the same to whoever has them."""
    tag = f'W/"{answer.tag}"'
    headers = {**_KEEPING, "etag": tag}
    if _has(request.headers.get("if-none-match", ""), answer.tag):
        return Response(status_code=304, headers=headers)
    return Response(answer.body, headers=headers, media_type="application/json")


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


def _has(asked: str, tag: str) -> bool:
    tags = {each.strip().removeprefix("W/") for each in asked.split(",")}
    return f'"{tag}"' in tags or "*" in tags
