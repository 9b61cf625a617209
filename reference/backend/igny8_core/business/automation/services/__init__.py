"""Services that run the pipeline."""
