# Assay. `make` sets up, builds and runs; `make help` lists the rest.

SWIFT ?= swift
# Debug builds would compile the kernels without optimisation, and tests run millions of them.
DEBUG_FLAGS = -Xcc -O2
# Tests in release need @testable, which release builds leave out; they get a folder of their own.
RELEASE_TESTS = -c release -Xswiftc -enable-testing --scratch-path .build-release-tests
SUDO = $(shell test "$$(id -u)" = 0 || echo sudo)
PACKAGES = libopenblas-dev
# One build serves a single process and many: Open MPI is loaded where ranks need it.
mpi test: PACKAGES += openmpi-bin
ASSAY = .build/release/assay

.DEFAULT_GOAL = all

all: build ## install what is missing, build, judge the claims, write reports/
	$(ASSAY)

setup: ## install the packages that are missing (Debian)
	@if ! command -v $(SWIFT) > /dev/null; then \
	  echo "Swift 6.2 or later is needed: https://www.swift.org/install" >&2; exit 69; fi
	@if command -v dpkg-query > /dev/null && ! dpkg-query --show $(PACKAGES) > /dev/null 2>&1; then \
	  $(SUDO) apt-get update --quiet && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes $(PACKAGES); fi

build: setup ## build the command, optimised
	$(SWIFT) build -c release --product assay

mpi: build ## the same, and install Open MPI, for `mpirun -np N assay measure`

test: setup ## run all tests, in debug and in release
	$(SWIFT) test $(DEBUG_FLAGS) --disable-xctest
	$(SWIFT) test $(RELEASE_TESTS) --disable-xctest

bench: build ## measure speed, beside PyTorch where there is a python3 that has it
	$(SWIFT) run -c release bench

accuracy: setup ## compare predictions with published measurements, write reports/accuracy.md
	$(SWIFT) build -c release --product Accuracy
	.build/release/Accuracy --data Measurements --format markdown --output reports/accuracy.md

format: ## format all Swift sources
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

lint: ## check format and length of all sources
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests
	@long=$$(git ls-files '*.swift' '*.c' '*.h' | xargs wc -l | awk '$$1 > 300 && $$2 != "total"'); \
	  if [ -n "$$long" ]; then echo "longer than 300 lines:"; echo "$$long"; exit 1; fi

check: lint test build ## everything that must hold before a commit
	$(ASSAY)
	$(ASSAY) check
	git diff --exit-code reports README.md

man: build ## build the manual, in .build/man; `man -l .build/man/assay.1` shows it
	$(SWIFT) build -c release --product Manual
	$(ASSAY) --experimental-dump-help | .build/release/Manual .build/man

PREFIX ?= /usr/local
SHARE = $(DESTDIR)$(PREFIX)/share
install: man ## install command, manual and completions of bash, zsh and fish under PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/bash-completion/completions \
	  $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	install -m 755 $(ASSAY) $(DESTDIR)$(PREFIX)/bin
	install -m 644 .build/man/*.1 $(SHARE)/man/man1
	$(ASSAY) --generate-completion-script bash > $(SHARE)/bash-completion/completions/assay
	$(ASSAY) --generate-completion-script zsh > $(SHARE)/zsh/site-functions/_assay
	$(ASSAY) --generate-completion-script fish > $(SHARE)/fish/vendor_completions.d/assay.fish

docs: setup ## build the documentation of the library and its modules, in .build-docs
	$(SWIFT) package --allow-writing-to-directory .build-docs generate-documentation \
	  $(addprefix --target ,Assay Catalogue Instrument Transformer Formulas Verification Projection Reporting) \
	  --enable-experimental-combined-documentation --output-path .build-docs

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: all setup build mpi test bench accuracy format lint check man install docs help
