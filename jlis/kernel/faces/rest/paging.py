"""Pages of a list: a cursor, at most 200 rows, no total, and `Link: …; rel="next"` (RFC 8288)."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

PAGE_PARAMETERS = [
    OpenApiParameter("cursor", str, description="前の応答の Link が示す次のページ"),
    OpenApiParameter("limit", int, description="1ページの件数（200まで）"),
]


class HousePages(CursorPagination):
    """Cursor pages in an order that the view names; `limit` asks for fewer or more rows."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    cursor_query_param = "cursor"

    def __init__(self, ordering: tuple[str, ...]):
        self.ordering = ordering

    def get_paginated_response(self, data: Any) -> Response:
        """The rows, with the next and the previous page as links."""
        links = [
            f'<{url}>; rel="{name}"'
            for name, url in (("next", self.get_next_link()), ("prev", self.get_previous_link()))
            if url
        ]
        return Response({"results": data}, headers={"Link": ", ".join(links)} if links else None)
