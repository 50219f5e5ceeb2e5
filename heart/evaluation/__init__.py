"""How good predictions are, and at which threshold they become decisions."""
