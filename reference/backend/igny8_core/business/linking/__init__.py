"""Links between the contents of a site."""
