"""A clinic that never was: patients, coders, a queue, a log, and wrongs whose whereabouts are known.

It is simulated from its causes (who lives where, who is related to whom, how a queue is worked) and shares no rule or
parameter with the review, so that what the review finds in it means something. It imports the kernel only.
"""
