"""Scenario values, each beside its golden: scenarios/writer/generate_content.py + generate_content.golden.toml.

brands.py   three believable businesses: keywords, ideas, tasks, articles, image prompts
asks.py     how each operation is asked for: a request, a stage of an automation run, a task of beat, a call
world.py    rows of the given world, made from a brand; people and companies by Faker with a fixed seed
direct_services.py   what linker and optimizer have in common
<module>/   one file an idea, holding SCENARIO or SCENARIOS

They import harness.core only: a scenario says what is asked for and how, harness.toml says where the backend is and what
its tables are called.
"""
