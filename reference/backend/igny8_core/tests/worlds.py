"""Small worlds to test in: an account with a site, and providers that answer as they are told."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import MagicMock, patch

from igny8_core.auth.models import Account, ApiToken, Sector, Site, User
from igny8_core.business.content.models import Content, Image, Task
from igny8_core.business.planning.models import Keyword


class World:
    """One account with one site and one sector."""

    def __init__(self, name: str = "Northwind Coffee", credits: int = 100) -> None:
        self.account = Account.objects.create(name=name, credits=credits)
        self.site = Site.objects.create(
            account=self.account,
            name=name,
            domain="northwind.example",
            wp_url="northwind.example",
            wp_username="editor",
            wp_app_password="abcd efgh ijkl mnop",
        )
        self.sector = Sector.objects.create(account=self.account, site=self.site, name="Coffee")

    def keyword(self, text: str, volume: int = 100) -> Keyword:
        return Keyword.objects.create(**self._place(), keyword=text, volume=volume)

    def task(self, title: str) -> Task:
        return Task.objects.create(**self._place(), title=title, keywords="coffee, beans")

    def content(self, title: str = "Brewing at home", html: str = "<h2>Grind</h2><p>Text.</p>") -> Content:
        return Content.objects.create(**self._place(), title=title, content_html=html)

    def image(self, content: Content, position: int = 1) -> Image:
        return Image.objects.create(
            account=self.account, site=self.site, content=content, position=position, prompt="A cup of coffee"
        )

    def token(self) -> str:
        user = User.objects.create_user(f"{self.account.pk}@northwind.example", self.account)
        return ApiToken.issue(user)[1]

    def balance(self) -> int:
        return Account.objects.get(pk=self.account.pk).credits

    def _place(self) -> dict[str, Any]:
        return {"account": self.account, "site": self.site, "sector": self.sector}


def response(status: int, body: Any) -> MagicMock:
    return MagicMock(status_code=status, json=MagicMock(return_value=body))


def chat(answer: Any, tokens: tuple[int, int] = (300, 200)) -> MagicMock:
    """A completion whose message is the answer as JSON."""
    return response(
        200,
        {
            "choices": [{"message": {"content": json.dumps(answer), "refusal": None}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)},
        },
    )


def article(title: str = "Brewing at home") -> MagicMock:
    return chat({"title": title, "content_html": "<h2>Grind</h2><p>Grind the beans fresh.</p>"})


def runware(url: str = "https://im.example/1.webp"):
    """A side effect for `providers` that draws each task it is sent."""

    def answer(*_: Any, json: list[dict[str, Any]], **__: Any) -> MagicMock:
        return response(200, {"data": [{"taskUUID": json[0]["taskUUID"], "imageURL": url}]})

    return answer


def providers(side_effect: Any):
    """Patch the one POST that all AI providers are called with."""
    return patch("igny8_core.ai.transport.requests.post", side_effect=side_effect)
