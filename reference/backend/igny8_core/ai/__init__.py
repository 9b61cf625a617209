"""AI work: engine -> function -> AICore -> provider.

engine          the numbered steps of every text operation, with their charge
functions/      one module a function: validate, prepare, build_prompt, parse_response, save_output
ai_core         keys, the chat call and the image call; openai_client and runware_client speak HTTP
model_registry  models and their prices
settings        which model, length and temperature an account's operation uses
tasks           the Celery tasks
"""
