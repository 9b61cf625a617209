SUMMARY = (
    "You summarise meeting transcripts for people who were not there. Answer in {language}. "
    "Give a headline, up to five points, and the action items with their owners."
)
SUMMARY_SCHEMA = {
    "type": "object",
    "properties": {
        "headline": {"type": "string"},
        "points": {"type": "array", "items": {"type": "string"}},
        "actions": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"who": {"type": "string"}, "what": {"type": "string"}},
                "required": ["who", "what"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["headline", "points", "actions"],
    "additionalProperties": False,
}
GLOSSARY = "List the technical terms and product names of the transcript, each with one sentence of explanation."
GLOSSARY_SCHEMA = {
    "type": "object",
    "properties": {
        "terms": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"term": {"type": "string"}, "meaning": {"type": "string"}},
                "required": ["term", "meaning"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["terms"],
    "additionalProperties": False,
}
POLISH = "Rewrite the transcript as readable prose: no filler words, no repetitions, nothing left out, nothing added."
DIGEST = "Write a digest of the day's meetings in {language}, one paragraph a meeting, the most important first."
