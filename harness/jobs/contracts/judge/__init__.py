"""Contracts and their drift, pure.

phase             the six contracts of a phase, and its drift
stored            what a stored run answered and sent
celery_contract, schema_drift, api_drift   what is declared against what is there
openapi, shapes   reading an OpenAPI document, and the shape of an answer
bodies            right and broken request bodies
"""
