"""One patient and one model: why, how sure, who is alike, what if, what to measure next.

docs/EXPLANATIONS.md tells the methods, their sources and their limits.
"""
