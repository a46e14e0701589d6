# Each target works alone on a fresh clone with Python 3.11 and make, and does again only what has changed.
PYTHON ?= python3
VENV ?= .venv
RUN = $(VENV)/bin

# Makes the editor's page again, its types checked, if its sources are others than those it was made of.
MAKE_PAGE = $(RUN)/python -m build_page

.PHONY: demo serve page test lint bench load screenshots schema clean

demo: $(VENV)/demo
	$(MAKE_PAGE)
	$(RUN)/capriccio weights fetch vgg16-hed
	$(RUN)/capriccio run graphs/style_transfer.json --out output

serve: $(VENV)/demo
	$(MAKE_PAGE)
	$(RUN)/capriccio weights fetch vgg16-hed
	$(RUN)/capriccio serve

page: $(VENV)/demo
	$(MAKE_PAGE)

test: $(VENV)/dev
	$(MAKE_PAGE) test
	$(RUN)/capriccio weights fetch vgg16-hed
	$(RUN)/python -m pytest

lint: $(VENV)/dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/pyright --pythonpath $(RUN)/python
	$(RUN)/lint-imports
	$(MAKE_PAGE)

bench: $(VENV)/dev
	$(RUN)/python -m benchmarks.overhead
	$(RUN)/python -m benchmarks.items
	$(RUN)/python -m benchmarks.latency
	$(MAKE_PAGE)
	$(RUN)/python -m benchmarks.page

load: $(VENV)/dev
	$(RUN)/python -m benchmarks.load

screenshots: $(VENV)/dev
	$(MAKE_PAGE)
	$(RUN)/python -m benchmarks.screenshots

schema: $(VENV)/demo
	$(RUN)/python -c 'import json; from capriccio.core import graphfile; print(json.dumps(graphfile.schema(), indent=2))' \
	    > docs/graph.schema.json
	$(RUN)/python -c 'import json; from capriccio.server import schema; print(json.dumps(schema.schema(), indent=2))' \
	    > docs/protocol.schema.json
	$(RUN)/python -c 'from capriccio.server import typescript; print(typescript.written(), end="")' \
	    > server/editor/wire.ts

clean:
	rm -rf $(VENV) build *.egg-info server/editor_dist server/editor/node_modules

# A stamp for each install: it is made again when pyproject.toml has changed.
$(VENV)/demo: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --editable '.[dev]'
	touch $@ $(VENV)/demo
