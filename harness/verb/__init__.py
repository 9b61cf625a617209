"""What every verb is made of.

options   the options that verbs share, and what they load
accepting whose word it is: never CI's, and nobody's in passing
asked     what a verb was asked to do: backend, scenarios, plan and law, made once
inside    the island: the rest of a verb, or one question to it
failure   how an error is shown
target    the target made ready to boot: its environment, and what looking fills in
schemas   the files that people write, each with its shape, and as JSON schemas for editors
told      a driven run judged, kept and told: the end of a verb
tidied    and behind it the runs that need not stay
"""
