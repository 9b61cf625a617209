# What the providers say to igny8-b when cassettes are recorded. Each prompt begins with the name of its function.
# fmt: off
import re

HTML = "<p>Rinse the sail and let it dry.</p><h2>Patch it</h2><p>Press the repair tape on, and check your lines for chafe.</p>" * 4


def chat(request):
    if "Pipe Bomb" in request.text:
        return {"refusal": "I'm sorry, but I can't help with that."}
    words, clusters, pages = (re.findall(pattern, request.text, re.MULTILINE) for pattern in (r"^- (.+) \(Volume", r"Cluster ID: (\d+) \| Name: (.+) \| Desc", r"^(\d+) \|"))
    return {
        "##GP01-Clustering": {"clusters": [{"name": some[0].title(), "description": "Found together.", "keywords": some} for some in (words[:4], words[4:]) if some]},
        "##GP02-Ideas": {"ideas": [{"title": f"{name} for Beginners", "cluster_id": int(key), "content_type": "post", "covered_keywords": ""} for key, name in clusters]},
        "##GP03-ContentGen": {"content": HTML, "meta_description": "How it is done.", "word_count": 88},
        "##GP04-ImagePrompts": {"featured_prompt": "A sail drying on a beach", "in_article_prompts": [{"prompt": "Repair tape on sailcloth"}, {"prompt": "A worn mooring line"}]},
        "##GP05-Optimize": {"html_content": HTML, "meta_title": "Patching sails", "changes_summary": "Shorter sentences."},
        "##GP06-Linker": {"links": [{"target_id": key, "anchor_text": "mooring lines"} for key in pages]},
    }[request.text.split()[0]]
