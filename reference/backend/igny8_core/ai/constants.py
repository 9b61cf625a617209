"""Addresses, prices and sizes that are compiled in."""

from __future__ import annotations

from decimal import Decimal

OPENAI_CHAT_URL = "https://api.openai.com/v1/chat/completions"
OPENAI_IMAGES_URL = "https://api.openai.com/v1/images/generations"
RUNWARE_URL = "https://api.runware.ai/v1"

# USD per 1M tokens, for models that AIModelConfig does not know.
MODEL_RATES = {
    "gpt-5.1": {"input": Decimal("1.25"), "output": Decimal("10.00")},
    "gpt-5-mini": {"input": Decimal("0.25"), "output": Decimal("2.00")},
    "gpt-4o": {"input": Decimal("2.50"), "output": Decimal("10.00")},
    "gpt-4o-mini": {"input": Decimal("0.15"), "output": Decimal("0.60")},
}

# USD per image, for models that AIModelConfig does not know.
IMAGE_MODEL_RATES = {
    "dall-e-3": Decimal("0.040"),
    "dall-e-2": Decimal("0.020"),
    "runware:97@1": Decimal("0.009"),
    "google:4@2": Decimal("0.138"),
}

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
