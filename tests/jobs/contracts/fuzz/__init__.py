"""Mirrors harness/jobs/contracts/fuzz."""

from pathlib import Path

AI_MODELS = Path(__file__).resolve().parents[4] / "contracts" / "api" / "ai_models"
