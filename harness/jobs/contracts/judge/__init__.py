"""Contracts and their drift, pure.

celery_contract, schema_drift, api_drift   what is declared against what is there
openapi, shapes   reading an OpenAPI document, and the shape of an answer
bodies            right and broken request bodies
"""
