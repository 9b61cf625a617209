"""Request bodies against views that take too much, too little, or act before they look."""

from __future__ import annotations

import json
import re

import pytest

from tests.jobs.contracts.conftest import Shop
from tests.whole.workshop import Workshop

FAULTS = (
    ("backend/igny8_core/api/views.py", '        return [row_id(pk, "ids") for pk in ids]\n', "        return ids\n"),
    ("backend/igny8_core/api/linker.py", '        content = self.own(Content, self.body().get("content_id"), "content_id")\n', '        content = self.owned(Content.objects.all()).order_by("-pk").first() if not self.body().get("content_id") else self.own(Content, self.body()["content_id"], "content_id")\n'),
    ("backend/igny8_core/api/optimizer.py", '        content = self.own(Content, self.body().get("content_id"), "content_id")\n', '        content = self.own(Content, self.body().get("content_id"), "content_id")\n        if len(self.body()) > 1:\n            from rest_framework.exceptions import ValidationError\n            raise ValidationError("Too much.")\n'),
    ("backend/igny8_core/api/automation.py", '        stage = self.body().get("stage")\n', '        stage = self.body().get("stage")\n        if stage is None:\n            self.start(all_stages())\n'),
    ("backend/igny8_core/api/automation.py", '        if not isinstance(run_id, str) or not run_id:\n', "        if True:\n"),
    ("backend/igny8_core/api/planner.py", '        return accepted(self.run_function("auto_cluster", self.ids()))\n', '        from igny8_core.business.billing.services.credit_service import CreditService\n        CreditService.check_credits(self.account, "clustering", amount=1)\n        if len(self.body()) > 1:\n            raise ValidationError("Too much.")\n        return accepted(self.run_function("auto_cluster", self.ids()))\n'),
    ("backend/igny8_core/api/planner.py", '        return accepted(self.run_function("generate_ideas", self.ids()))\n', '        from igny8_core.ai.tasks import run_ai_task\n        from igny8_core.api.dispatch import send\n        from igny8_core.business.billing.services.credit_service import CreditService\n        ids = self.ids()\n        if CreditService.get_balance(self.account) == 0:\n            send(run_ai_task, self.account, "generate_ideas", {"ids": ids}, self.account.pk)\n        CreditService.check_credits(self.account, "idea_generation", amount=1)\n        return accepted(self.run_function("generate_ideas", ids))\n'),
    ("backend/igny8_core/auth/authentication.py", "        return token.user, token\n", "        token.user.save()\n        return token.user, token\n"),
)  # fmt: skip
"""The last one is none: what any request of the caller writes is not of its body."""
FOUND = (
    r"POST /api/v1/writer/images/generate_images/: ids with true in it is answered 202, and task igny8_core.ai.tasks.process_image_generation_queue was queued; must be 400 and leave nothing",
    r"POST /api/v1/planner/ideas/queue_to_writer/: and \d+ more of its bodies",
    r"POST /api/v1/linker/process/: no content_id is answered \d+, and .*(api.openai.com was called|was written).*; must be 400",
    r"POST /api/v1/optimizer/optimize/: a field that nobody declared is answered 400, and the contract allows it: .*Too much",
    r"POST /api/v1/automation/run_stage/: no stage is answered 400, and task automation.run_automation_task was queued; igny8_automation_runs was written; must be 400 and leave nothing",
    r"POST /api/v1/planner/keywords/auto_cluster/: credits are checked before the body, so nothing shows that allowed bodies are accepted: without credits no ids is answered 402; must be 400",
    r"POST /api/v1/planner/clusters/auto_generate_ideas/: the right body is answered 402, and task igny8_core.ai.tasks.run_ai_task was queued; a refusal must leave nothing",
    r"POST /api/v1/automation/pause/: the right body is answered 400, and the contract allows it: .*A run_id is required",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.stack
def test_views_that_take_or_refuse_the_wrong_bodies_are_found(broken: Shop):
    """Claim: a view that stops validating, calls or writes before it refuses, refuses what is allowed, asks for credits
    before it looks at the body, or queues its task and then asks for credits, is named."""
    shop: Workshop = broken(*FAULTS)
    told = shop.harness("contracts", "--json")
    verdicts = {one["checker"]: one for one in json.loads(told.out.splitlines()[-1])["phases"]["5"]["verdicts"]}
    assert told.code == 1
    assert [name for name, one in verdicts.items() if one["status"] == "fail"] == ["contract-bodies"]
    text = "\n".join(verdicts["contract-bodies"]["evidence"])
    for message in FOUND:
        assert re.search(message, text), f"{message}\n{text}"
    assert "igny8_users" not in text
