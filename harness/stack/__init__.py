"""Where the target runs. The processes tier, bottom up:

linux        system calls that Python has no name for
supervise    wait for a child, forward signals, reap, kill what is left
namespace    an island of kernel namespaces        hook, sitehook   the fallback: a start-up hook and a supervisor
island       `run(main)`: move the program onto an island, of whichever kind the machine allows

child        one process: spawn, wait until, stop  ready            how a role shows that it is up
pack         a folder as one file                  cache            where files stay between runs
postgres     the wheel's server                    valkey           the wheel's broker
snapshot     shadows and marks inside the database
cluster      the prepared database, cached
environment  what a role sees                      logs             what it says
processes    `boot(config, island, fake=...)`      running          the booted stack

reset        back to the snapshot, between scenarios
seed         a scenario's given rows
capture      which rows changed
broker       every task message, and quiescence    console          the target's own shell, kept open

forward      connections carried from a socket that was made outside
terminal     a command of the stack at a terminal far away    wire    frames on a stream
"""
