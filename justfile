# Everyday commands. `just` lists them; `just ci` is what CI runs.

_default:
    @just --list

# Format the code and mend what the linter can mend.
fmt:
    ruff format .
    ruff check --fix .

# Check format and lint, changing nothing.
lint:
    ruff format --check .
    ruff check .

# Check types.
types:
    mypy

# Check which room imports which.
imports:
    lint-imports

# Run the tests; arguments go to pytest.
test *args:
    pytest {{ args }}

# Run the tests with coverage. Compiled kernels cannot be traced, so they run as plain Python.
cover *args:
    NUMBA_DISABLE_JIT=1 pytest --cov --cov-report=term-missing:skip-covered {{ args }}

# Run every example script.
examples:
    bash .ci/run examples

# Bring the documents up to date: what their snippets print, and the parts made from the code.
docs:
    python -m docs.reference
    python -m docs.snippets
    python -m docs.pictures

# Run the benchmarks; arguments go to them, for instance `just bench --smoke`.
bench *args:
    python -m benchmarks {{ args }}

# Run everything that CI runs, in a fresh environment.
ci:
    bash .ci/run
