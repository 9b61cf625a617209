"""Scenario values, each beside its golden: scenarios/writer/generate_content.py + generate_content.golden.toml.

brands.py   three believable businesses: keywords, ideas, tasks, articles, image prompts
world.py    rows of the given world, made from a brand; people and companies by Faker with a fixed seed
direct_services.py   what linker and optimizer have in common
<module>/   one file an idea, holding SCENARIO or SCENARIOS

They import harness.core only: a scenario says what is asked for, harness.toml says how a backend is asked.
"""
