"""Long work, which leaves the process that answers visitors: a queue, and a few processes."""

from heart.work.pool import Pool, Ticket
from heart.work.request import Request

__all__ = ["Pool", "Request", "Ticket"]
