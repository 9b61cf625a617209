"""Linker page."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.responses import ok
from igny8_core.api.views import TenantView
from igny8_core.business.content.models import Content
from igny8_core.business.linking.services.linker_service import LinkerService


class ProcessLinks(TenantView):
    """The "Generate Links" button: answers when the links are set."""

    def post(self, request: Request) -> Response:
        content = self.own(Content, self.body().get("content_id"), "content_id")
        return ok({"content_id": content.pk, **LinkerService.generate_links(content)})
