"""The command line: exit codes, documents, plans; nothing is booted."""
