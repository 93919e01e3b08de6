"""Answers that browsers save as files."""

from fastapi import Response

_FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def file_answer(content: str, name: str) -> Response:
    """`name` is ours, never anybody's input; its ending says the format."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=_FORMATS[name.rpartition(".")[2]])
