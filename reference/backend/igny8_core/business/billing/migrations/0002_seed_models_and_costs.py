"""The models we sell and what each operation costs."""

from decimal import Decimal

from django.db import migrations

OPENAI_SIZES = ["1024x1024", "1792x1024", "1024x1792"]
HIDREAM_SIZES = ["1024x1024", "1280x768", "768x1280"]
GOOGLE_SIZES = [
    "1024x1024",
    "1264x848",
    "848x1264",
    "1200x896",
    "896x1200",
    "928x1152",
    "1152x928",
    "768x1376",
    "1376x768",
    "1548x672",
]

# model_name, display_name, provider, is_default, input and output USD per 1M tokens, max_tokens
TEXT_MODELS = [
    ("gpt-5.1", "GPT-5.1", "openai", True, "1.2500", "10.0000", 128000),
    ("gpt-4o-mini", "GPT-4o mini", "openai", False, "0.1500", "0.6000", 16384),
]
# model_name, display_name, provider, is_default, USD per image, sizes
IMAGE_MODELS = [
    ("runware:97@1", "HiDream-I1 Full (basic)", "runware", True, "0.0090", HIDREAM_SIZES),
    ("dall-e-3", "DALL-E 3 (quality)", "openai", False, "0.0400", OPENAI_SIZES),
    ("google:4@2", "Nano Banana Pro (premium)", "runware", False, "0.1380", GOOGLE_SIZES),
]
# operation_type, display_name, tokens_per_credit, min_credits
COSTS = [
    ("clustering", "Keyword clustering", 150, 2),
    ("idea_generation", "Content ideas", 200, 2),
    ("content_generation", "Content generation", 100, 3),
    ("image_prompt_extraction", "Image prompts", 150, 1),
    ("image_generation", "Image generation", 50, 1),
    ("content_optimization", "Content optimization", 200, 2),
    ("internal_linking", "Internal linking", 300, 1),
    ("site_structure_generation", "Site structure", 200, 5),
]


def seed(apps, schema_editor):
    AIModelConfig = apps.get_model("billing", "AIModelConfig")
    CreditCostConfig = apps.get_model("billing", "CreditCostConfig")
    for order, (name, label, provider, default, tokens_in, tokens_out, max_tokens) in enumerate(TEXT_MODELS, 1):
        AIModelConfig.objects.create(
            model_name=name,
            display_name=label,
            model_type="text",
            provider=provider,
            is_default=default,
            sort_order=order,
            input_cost_per_1m=Decimal(tokens_in),
            output_cost_per_1m=Decimal(tokens_out),
            max_tokens=max_tokens,
        )
    for order, (name, label, provider, default, cost, sizes) in enumerate(IMAGE_MODELS, 1):
        AIModelConfig.objects.create(
            model_name=name,
            display_name=label,
            model_type="image",
            provider=provider,
            is_default=default,
            sort_order=order,
            cost_per_image=Decimal(cost),
            valid_sizes=sizes,
        )
    for operation, label, tokens_per_credit, min_credits in COSTS:
        CreditCostConfig.objects.create(
            operation_type=operation,
            display_name=label,
            tokens_per_credit=tokens_per_credit,
            min_credits=min_credits,
            price_per_credit_usd=Decimal("0.0100"),
        )


def unseed(apps, schema_editor):
    names = [row[0] for row in TEXT_MODELS + IMAGE_MODELS]
    apps.get_model("billing", "AIModelConfig").objects.filter(model_name__in=names).delete()
    operations = [row[0] for row in COSTS]
    apps.get_model("billing", "CreditCostConfig").objects.filter(operation_type__in=operations).delete()


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [migrations.RunPython(seed, unseed)]
