"""One module a function; `interface` says what a function is."""
