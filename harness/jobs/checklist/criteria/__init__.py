"""`harness criteria`: the plan's seven success criteria.

logs       reading a week of logs, from files and from docker
"""
