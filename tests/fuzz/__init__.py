"""Coverage-guided fuzzing of what reads foreign bytes: one harness for each kind of reader.

A harness is a function of bytes that raises when the code under it broke a promise. `corpus/<name>` holds
what it starts from. `python -m tests.fuzz NAME --seconds N` lets atheris look for more.
"""
