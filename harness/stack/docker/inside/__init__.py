"""What runs inside the containers, from the harness's own code in the image.

door      carries connections between the attached stream and the network
database  PostgreSQL from the prepared database, or prepares it
after     holds a role back until database and broker accept
pipe      gives a process of the target a pipe to the harness
forward   one port to another, for compose.yaml
"""
