"""The envelope: {"success": true, "data": ...} or {"success": false, "error": {...}}."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response


def ok(data: Any, status: int = 200) -> Response:
    return Response({"success": True, "data": data}, status=status)


def failure(status: int, code: str, message: str, fields: dict[str, Any] | None = None) -> Response:
    error: dict[str, Any] = {"code": code, "message": message}
    if fields:
        error["fields"] = fields
    return Response({"success": False, "error": error}, status=status)


class EnvelopePagination(PageNumberPagination):
    """?page= and ?page_size=, at most 200 rows."""

    page_size_query_param = "page_size"
    max_page_size = 200

    def get_paginated_response(self, data: list[Any]) -> Response:
        return ok(
            {
                "count": self.page.paginator.count,
                "page": self.page.number,
                "page_size": self.page.paginator.per_page,
                "results": data,
            }
        )
