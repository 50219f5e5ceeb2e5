"""Work on several machines: a connection to a Dask scheduler, and pieces of work spread over its
workers. Without a scheduler the same pieces are done here, one after the other.
"""
