"""WordPress, simulated.

site        posts of any site's /wp-json/, who may write them; `answer(asked)` is all that others need
media       uploads
"""
