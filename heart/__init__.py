"""Heart: train, judge, tune and export a model of heart disease on the UCI Heart Disease
collection.
"""

__version__ = "0.1.0"
