# `make` is what has to hold before a change lands; CONTRIBUTING.md says more.
.PHONY: all test quick lint types app shots bench wheel

all: test lint types

test: # every test
	pytest

quick: # without the browser, and stop at the first failure
	pytest -x --ignore=tests/browser

lint:
	ruff check .
	ruff format --check .

types:
	mypy

app: # the pages
	streamlit run streamlit_app.py

shots: # the README's pictures
	python scripts/screenshots.py

bench: # the figures of docs/PERFORMANCE.md, printed; a quarter of an hour
	python benchmarks/first_prediction.py
	python benchmarks/threshold_slider.py
	python benchmarks/trainer.py --quick
	python benchmarks/files.py
	python benchmarks/bundles.py
	python benchmarks/lesson.py

wheel: # into dist/
	python -m build
