import requests
from conf.queue import runner
from django.db.models import Sum
@runner.task(name="drafts.write")
def write(draft_id):
    from shop.models import CreditEntry, Draft
    draft = Draft.objects.get(pk=draft_id)
    r = requests.post("https://api.openai.com/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Write about " + draft.topic}]}, headers={"Authorization": "Bearer x"}, timeout=9)
    r.raise_for_status()
    CreditEntry.objects.create(organization=draft.organization, amount=-3, kind="charge")
    draft.text, draft.state = r.json()["choices"][0]["message"]["content"], "done"
    draft.save()
