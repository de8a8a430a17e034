"""What runs inside a requester's own program: his TolokaClient meets the sandbox, his clock is the sandbox's.

These modules are run by the program's interpreter, which may have nothing of ours installed: they import only Python's own library,
and toloka-kit.
"""
