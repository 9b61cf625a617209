"""Contents, image prompts, images."""
