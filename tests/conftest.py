"""What holds for every test."""

import os

# tests share the machine with each other: the matrices are small, and the threads of several
# processes would wait for each other far longer than they would work
os.environ.setdefault("OMP_NUM_THREADS", "1")
