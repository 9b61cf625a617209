"""Nothing outside can be reached, and nothing stays behind. Bottom up:

linux        system calls that Python has no name for
supervise    wait for a child, forward signals, reap, kill what is left
namespace    an island of kernel namespaces
hook         the fallback: a supervisor, and sitehook, the start-up hook that it puts into every Python process
inside       what is behind a wall: its root, its devices, what can be read and written
powers       what a process gives up before it is the target's
wall         around the target, in namespaces: sees its own and nothing else
landlock     what a process may open, by the kernel's word, without namespaces
seccomp      which calls it may make, likewise
fence        around the target where there is no wall; and what is left open then
island       run(main): move the program onto an island, of whichever kind the machine allows
surroundings what the caller's shell has no say in: PG*, proxies, umask
leaving      nobody ends this process but the harness; what ends in an island says so
guard        the same care for a program that is not ours (pytest)
"""
