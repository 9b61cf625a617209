"""What there is to press, and who presses it: routes, tasks, commands and services of a target, and what they seem to want."""
