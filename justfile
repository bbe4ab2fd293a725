# The daily commands. `just` lists them; without it, type the line that stands below a name.

# List the commands.
default:
    @just --list --unsorted

# Set everything up: compiler, GDAL, ONNX Runtime, pages.
setup:
    bash .setup/setup.sh

# Scan the sample survey.
demo:
    bash samples/demo.sh

# A made-up province with known truth, and what the office asks.
province:
    bash samples/province.sh

# Does it compile, tests, benches and examples too?
check:
    cargo check --all-targets

# Every test; `just test NAME` runs those of a name alone.
test *NAMES:
    bash tests/run.sh {{NAMES}}

# Look at changed snapshots of help, errors and outputs, one by one (cargo install cargo-insta).
review:
    cargo insta review

# Formatting, lints and docs after the tests: all that has to pass before a change lands.
ci:
    bash .ci/run

# Put the code into its form.
fmt:
    cargo fmt

# Warnings are errors.
lint:
    cargo clippy --all-targets -- -D warnings

# The documentation of the code.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --open

# The pages in a real Chromium (installs it).
browser:
    bash tests/browser.sh

# The mirror in a real PostgreSQL with PostGIS, both from the distribution.
postgres:
    bash tests/postgres.sh

# Speed and memory, on a quiet machine.
bench:
    bash benches/run.sh

# Licences and sources of other people's crates (cargo install cargo-deny).
deny:
    cargo deny check

# The Python of the training: lints, form and unit tests.
python:
    ruff check models/train
    ruff format --check models/train
    python3 -m unittest discover -s models/train/tests -t models/train

# A release for machines without a network: `just release --target windows-x86_64`.
release *ARGUMENTS:
    bash .release/make.sh {{ARGUMENTS}}
