"""Addresses and sizes that are compiled in."""

from __future__ import annotations

OPENAI_CHAT_URL = "https://api.openai.com/v1/chat/completions"
OPENAI_IMAGES_URL = "https://api.openai.com/v1/images/generations"
RUNWARE_URL = "https://api.runware.ai/v1"

# (width, height) by model and image type. Each is one that the provider accepts for that model.
IMAGE_SIZES = {
    "dall-e-3": {"featured": (1024, 1024), "in_article": (1024, 1024)},
    "runware:97@1": {"featured": (1280, 768), "in_article": (1024, 1024)},
    "google:4@2": {"featured": (1376, 768), "in_article": (1024, 1024)},
    "bria:10@1": {"featured": (1344, 768), "in_article": (1024, 1024)},
}
DEFAULT_IMAGE_SIZE = (1024, 1024)

NEGATIVE_PROMPT = "text, letters, watermark, logo, blurry, distorted, low quality"

# Parameters that only some of Runware's models take.
RUNWARE_MODEL_PARAMETERS = {
    "runware:97@1": {"negativePrompt": NEGATIVE_PROMPT, "steps": 20, "CFGScale": 5},
    "bria:10@1": {"negativePrompt": NEGATIVE_PROMPT, "steps": 20},
}

MAX_PROMPT_CHARS = {"openai": 4000, "runware": 3000}
