"""What a column's texts mean under a coding."""
