"""`harness criteria`: the plan's seven success criteria."""
