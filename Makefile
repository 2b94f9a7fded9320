# Builds, checks and installs pgswap.  `make` is enough to build; see `make help` for the rest.

SHELL := /bin/bash
PREFIX ?= /usr/local
SANITIZE ?= 0

PKGS := libuv libxxhash jansson
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wcast-qual -Wwrite-strings -Wundef \
	-Werror=implicit-function-declaration $(WERROR)

ifeq ($(SANITIZE),1)
BUILD := build/asan
MODE := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all
else
BUILD := build
MODE := -O2 -g
endif

# libpq has a pkg-config file almost everywhere; pg_config knows where it is in the other places.
LIBPQ_CFLAGS := $(shell pkg-config --cflags libpq 2>/dev/null || echo -I$$(pg_config --includedir))
LIBPQ_LIBS := $(shell pkg-config --libs libpq 2>/dev/null || echo -L$$(pg_config --libdir) -lpq)

ALL_CFLAGS := -std=c11 -D_GNU_SOURCE $(WARNINGS) $(MODE) -Iinclude $(LIBPQ_CFLAGS) \
	$(shell pkg-config --cflags $(PKGS)) $(CFLAGS)
ALL_LIBS := $(LIBPQ_LIBS) $(shell pkg-config --libs $(PKGS)) -lm $(LDFLAGS)
LINK = $(CC) $(MODE) -o $@ $(filter %.o %.a,$^) $(ALL_LIBS)

SOURCES := $(sort $(shell find src -name '*.c'))
TEMPLATES := $(sort $(shell find templates -name '*.sql'))
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/templates.o
# Everything but what has a main(): a test takes from it what it needs.
LIBRARY := $(BUILD)/obj/pgswap.a
PROGRAM_OBJECTS := $(BUILD)/obj/src/main.o $(BUILD)/obj/src/document.o
LIBRARY_OBJECTS := $(filter-out $(PROGRAM_OBJECTS),$(OBJECTS))
# Made of the rows of commands, options and exit codes.
DOCUMENTS := $(BUILD)/pgswap.1 $(BUILD)/pgswap.bash

# One program per tests/unit/test_*.c; other C files there are shared by all of them.
UNIT_SOURCES := $(sort $(wildcard tests/unit/test_*.c))
UNIT_SHARED := $(filter-out $(UNIT_SOURCES),$(sort $(wildcard tests/unit/*.c)))
UNIT_OBJECTS := $(UNIT_SHARED:%.c=$(BUILD)/obj/%.o)
UNIT_PROGRAMS := $(UNIT_SOURCES:tests/unit/%.c=$(BUILD)/tests/%)
UNIT_SCRIPTS := $(sort $(wildcard tests/unit/test_*.sh))
# These need a PostgreSQL server, which tests/unit/with_server.sh gives them.
UNIT_ON_SERVER := $(filter %/test_pg,$(UNIT_PROGRAMS))

.PHONY: all units help check check-unit check-tap check-long check-versions run-unit lint format bench bench-swap \
	bench-snapshots bench-rotation bench-throttle demo install clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/pgswap $(DOCUMENTS)

help:
	@echo 'make             build/pgswap'
	@echo 'make SANITIZE=1  build/asan/pgswap, with AddressSanitizer and UBSan'
	@echo 'make check       lint, unit tests, TAP tests (TESTS="tests/t/x.t" picks some)'
	@echo 'make check-long  the long tests;  make check-versions: the TAP tests on PostgreSQL 14, 16, 17 and 18'
	@echo 'make bench       pgswap beside its alternatives;  make bench-swap: what the application notices;'
	@echo '                 make bench-snapshots: what old snapshots notice;  make bench-rotation: what they cost'
	@echo '                 make bench-throttle: what the application notices of a whole migration'
	@echo 'make demo format install clean'

$(BUILD)/pgswap: $(BUILD)/obj/src/main.o $(LIBRARY_OBJECTS)
	@echo "LINK $@"
	@$(LINK)

$(BUILD)/document: $(BUILD)/obj/src/document.o $(LIBRARY)
	@echo "LINK $@"
	@$(LINK)

$(BUILD)/pgswap.1: $(BUILD)/document
	@$< man >$@

$(BUILD)/pgswap.bash: $(BUILD)/document
	@$< completion >$@

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "CC $<"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The list changes only when a template comes or goes; a changed one is newer by itself.
$(BUILD)/templates.list: FORCE
	@mkdir -p $(@D)
	@echo '$(TEMPLATES)' | cmp -s - $@ || echo '$(TEMPLATES)' >$@

$(BUILD)/templates.c: scripts/embed.sh $(BUILD)/templates.list $(TEMPLATES)
	@scripts/embed.sh templates >$@

$(BUILD)/obj/templates.o: $(BUILD)/templates.c Makefile
	@mkdir -p $(@D)
	@echo "CC $<"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIBRARY): $(LIBRARY_OBJECTS)
	@rm -f $@
	@ar rcs $@ $^

units: $(UNIT_PROGRAMS)

$(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(UNIT_OBJECTS) $(LIBRARY)
	@mkdir -p $(@D)
	@echo "LINK $@"
	@$(LINK) $$(pkg-config --libs cmocka)

check: export WERROR = -Werror
check: lint check-unit check-tap

# The tests run on the build with sanitizers, those that measure memory on the other.
check-unit:
	$(MAKE) SANITIZE=1 run-unit

run-unit: all $(UNIT_PROGRAMS)
	@set -e; \
	for test in $(filter-out $(UNIT_ON_SERVER),$(UNIT_PROGRAMS)); do $$test; done; \
	for test in $(UNIT_SCRIPTS); do BUILD=$(BUILD) $$test; done; \
	for test in $(UNIT_ON_SERVER); do tests/unit/with_server.sh $$test; done

check-tap: all
	$(MAKE) SANITIZE=1 all
	PGSWAP=build/asan/pgswap scripts/tap.sh $(or $(TESTS),tests/t/*.t)

check-long: all
	$(MAKE) SANITIZE=1 all
	PGSWAP=build/asan/pgswap scripts/tap.sh $(or $(TESTS),tests/long/*.t)

check-versions:
	scripts/check-versions.sh

# A rule reads the objects.
lint: $(OBJECTS)
	scripts/lint.sh

format:
	find src include tests -name '*.[ch]' -exec clang-format -i {} +

bench: all
	scripts/bench.sh

bench-swap: all
	scripts/bench_swap.sh

bench-snapshots: all
	scripts/bench_snapshots.sh

bench-throttle: all
	scripts/bench_throttle.sh

bench-rotation: all
	scripts/bench_rotation.sh $(or $(PROGRAMS),$(BUILD)/pgswap)

# It installs what is missing and builds by itself.
demo:
	scripts/demo.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/pgswap/templates \
		$(DESTDIR)$(PREFIX)/share/doc/pgswap/schema $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(BUILD)/pgswap $(DESTDIR)$(PREFIX)/bin/pgswap
	install -m 644 $(BUILD)/pgswap.1 $(DESTDIR)$(PREFIX)/share/man/man1/pgswap.1
	install -m 644 $(BUILD)/pgswap.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/pgswap
	install -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/pgswap/
	install -m 644 doc/schema/*.json $(DESTDIR)$(PREFIX)/share/doc/pgswap/schema/
	$(if $(TEMPLATES),install -m 644 $(TEMPLATES) $(DESTDIR)$(PREFIX)/share/doc/pgswap/templates/)

clean:
	rm -rf build

-include $(OBJECTS:.o=.d) $(UNIT_OBJECTS:.o=.d) $(UNIT_SOURCES:%.c=$(BUILD)/obj/%.d)
