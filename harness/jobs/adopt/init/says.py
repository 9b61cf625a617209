# What the providers say when cassettes are recorded. Written by harness init: it gives back the example that a prompt shows.
# Say it better where a scenario needs more: one branch a prompt, as docs/simulator.md has it.
import json
import re

SENTENCES = "The launch is at six in the morning. Anna brings the spare rope. Ben books the slipway for both boats."
NOTHING = ("", "...", "string")
HTML = f"<h2>The launch</h2><p>{SENTENCES}</p><h2>The way back</h2><p>{SENTENCES}</p>"


def chat(request):
    asked = request.json.get("response_format") or {}
    if (
        asked.get("type") == "json_schema"
        or (request.json.get("text") or {}).get("format", {}).get("type") == "json_schema"
    ):
        return None  # the schema itself says what is wanted
    example = shown(request.text)
    if example is not None:
        return filled(example)
    if "html" in request.text.lower():
        return HTML
    return (
        None  # plain sentences are the simulator's own; of a JSON object without an example nobody here knows the keys
    )


def speaks(text, request):
    """Whether anything but plain sentences, or an instance of a schema, is said to a prompt."""
    return "json_schema" not in request and ("html" in text.lower() or shown(text) is not None)


def shown(text):
    """The largest JSON object that a prompt shows."""
    found = []
    for start in (match.start() for match in re.finditer(r"\{", text)):
        depth = 0
        for end in range(start, len(text)):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            if depth == 0:
                found.append(text[start : end + 1])
                break
    for one in sorted(found, key=len, reverse=True):
        short = re.sub(r"//[^\n\"]*\n|,?\s*\.\.\.(?=\s*[\]}])", "", one)
        for said in (one, short, re.sub(r",(\s*[\]}])", r"\1", short)):
            try:
                value = json.loads(said)
            except ValueError:
                continue
            if isinstance(value, dict) and value:
                return value
    return None


def filled(value, name=""):
    """Texts that only describe what is wanted become texts; everything else stays as the prompt has it."""
    if isinstance(value, dict):
        return {key: filled(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, name) for one in value]
    if isinstance(value, str):
        if re.search(r"html|content|body", name) and len(value) < 400:
            return HTML
        return SENTENCES if value in NOTHING else re.sub(r"[\[\]<>]", "", value)
    return value
