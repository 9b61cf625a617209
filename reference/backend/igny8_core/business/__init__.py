"""The domain: models and the services that change them."""
