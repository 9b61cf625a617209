"""The processes tier: the real servers, on an island.

boot      boot(config, island, fake=...): the whole order of events
family    who started which process, and which are nobody's
early     a zygote begun before its island
places    where everything will be, and the target's environment with it
walled    what is behind the wall around a target
beside    one more command of it, waited for
looking   the target looked at, in that environment
ready     how a role shows that it is up
running   the booted stack
retarget  other code on the same database
"""
