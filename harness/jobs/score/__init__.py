"""`harness score`: how many mistakes of which kind are told, and whether refactors are left in peace.

run         each patch of the catalogue is planted and measured, or its kept outcome is taken
catalogue   reads the folder of patches;  plant: a copy of the target with a patch, and its description
kept        outcomes by the content that they depend on
asked       a job, asked of a planted copy as a command
"""
