"""Many fits: runs, cross-validation, other models, other hospitals, comparisons."""
