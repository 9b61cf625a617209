"""Keywords, clusters, ideas, tasks."""
