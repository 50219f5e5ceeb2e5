"""The teaching experiments, computed: no screen, the same trainer where a network is trained, seeds as arguments."""
