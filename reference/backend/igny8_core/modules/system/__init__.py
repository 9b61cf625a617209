"""Settings of the installation and of each account."""
