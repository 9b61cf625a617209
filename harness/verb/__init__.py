"""What every verb is made of.

options   the options that verbs share, and what they load
failure   how an error is shown
told      a driven run judged, kept and told: the end of a verb
"""
