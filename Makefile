# urbscope: build, test, install. `make list` says what can be made.
#
# Objects go to $(O), one directory per set of flags; a stamp rebuilds them when flags change.

PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= gcc
CFLAGS  ?= -O2 -g
SANITIZE ?=
O       ?= build$(if $(SANITIZE),/sanitize)

WARN     = -Wall -Wextra -Wshadow -Wstrict-prototypes
ALL_CPPFLAGS = -D_GNU_SOURCE -Isrc -I. -MMD -MP $(CPPFLAGS)
ALL_CFLAGS   = -std=c17 $(WARN) $(CFLAGS) \
	       $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# Inlining across files makes the program a tenth faster. Fat objects, so that tests link without it.
LTO      = $(if $(SANITIZE)$(findstring clang,$(CC)),,-flto=auto -ffat-lto-objects)
AR       = $(if $(findstring clang,$(CC)),ar,gcc-ar)
LIBS     = -lpcap -lz -lzstd -lpcre2-8 -lsgutils2 -lncursesw -ltinfo -lm -lpthread
TEST_LIBS = -lcmocka

# Every folder of the program; its .c files all belong to it, so a new file needs no line here.
FOLDERS := base usb capture link model filter run analysis output tui cli
SRC     := $(filter-out src/cli/main.c,$(sort $(wildcard $(FOLDERS:%=src/%/*.c) decoders/*.c)))
OBJ     := $(SRC:%.c=$(O)/%.o)
GEN_SRC := $(sort $(wildcard tests/gen/*.c))

BUILD_PACKAGES = gcc libc6-dev libpcap-dev zlib1g-dev libzstd-dev libpcre2-dev libncurses-dev \
		 libsgutils2-dev usb.ids
TEST_PACKAGES  = libcmocka-dev tshark python3 clang-format clang libclang-rt-dev zstd gzip tmux procps
VM_PACKAGES    = qemu-system-x86 busybox-static kmod cpio

.PHONY: all
## all: build the program ($(O)/urbscope)
all: $(O)/urbscope

$(O)/urbscope: $(O)/src/cli/main.o $(O)/liburbscope.a
	$(CC) $(ALL_CFLAGS) $(LTO) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/liburbscope.a: $(OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LTO) -c -o $@ $<

$(O)/gen: $(GEN_SRC:%.c=$(O)/%.o)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lm

# Programs of the tests: one source file each, with the library; those of the bench do without it.
BUILD_TEST = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $<

$(O)/tests/test_%: tests/unit/test_%.c $(O)/liburbscope.a $(O)/flags
	@mkdir -p $(@D)
	$(BUILD_TEST) $(O)/liburbscope.a $(TEST_LIBS) $(LIBS)

$(O)/tests/%: tests/peer/%.c $(O)/liburbscope.a $(O)/flags
	@mkdir -p $(@D)
	$(BUILD_TEST) $(O)/liburbscope.a $(LIBS)

$(O)/tests/%: tests/cuts/%.c $(O)/liburbscope.a $(O)/flags
	@mkdir -p $(@D)
	$(BUILD_TEST) $(O)/liburbscope.a $(LIBS)

$(O)/tests/%: tests/fuzz/%.c $(O)/liburbscope.a $(O)/flags
	@mkdir -p $(@D)
	$(BUILD_TEST) $(if $(filter fuzz_%,$*),-fsanitize=fuzzer) $(O)/liburbscope.a $(LIBS)

$(O)/tests/%: tests/bench/%.c $(O)/flags
	@mkdir -p $(@D)
	$(BUILD_TEST) -lpcap

# The stamp changes only when the flags do.
FLAGS_NOW = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LTO) $(LDFLAGS) $(LIBS)
.PHONY: FORCE
$(O)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS_NOW)' | cmp -s - $@ || echo '$(FLAGS_NOW)' > $@

# ---- what people call ------------------------------------------------------------------------------

# Installs those of the named packages that are missing; says so, asks nothing, does nothing when all
# are there. $(call install_packages,NAMES,WHY)
define install_packages
@missing=$$(for p in $(1); do \
	dpkg-query -W -f='$${db:Status-Status}' $$p 2>/dev/null | grep -qx installed || echo $$p; done); \
if [ -n "$$missing" ]; then \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	echo "Installing" $$missing "from Debian$${sudo:+ with sudo} ($(2))"; \
	$$sudo apt-get update -q && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$missing; \
fi
endef

.PHONY: packages test-packages vm-packages
packages:
	$(call install_packages,$(BUILD_PACKAGES),to build)
test-packages:
	$(call install_packages,$(BUILD_PACKAGES) $(TEST_PACKAGES),to test)
vm-packages:
	$(call install_packages,$(BUILD_PACKAGES) $(TEST_PACKAGES) $(VM_PACKAGES),to test with real USB)

.PHONY: demo
## demo: install what is missing, build, and show list, show and stat on captures/
demo: packages
	@$(MAKE) --no-print-directory all
	@src/doc/demo $(O)/urbscope

.PHONY: test check
## test: the tests that need less than a minute
test: test-packages
	@tests/run --fast
## check: all tests, with sanitizers and peers
check: vm-packages
	@tests/run

.PHONY: vm-check
## vm-check: live capture of real USB in a virtual machine
vm-check: vm-packages
	@$(MAKE) --no-print-directory all
	@O=$(O) tests/vm/check

.PHONY: fuzz
## fuzz: each decoder through its own entry with libFuzzer (FUZZ_SECONDS=20 each, FUZZ=NAMES)
FUZZ_SECONDS ?= 20
fuzz: test-packages
	@$(MAKE) --no-print-directory O=build/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined \
		all build/fuzz/tests/fuzz_decoder build/fuzz/tests/seeds
	@tests/fuzz/fuzz build/fuzz $(FUZZ_SECONDS) $(FUZZ)

.PHONY: golden
## golden NAME=x: write one expected output anew (read it before committing it)
golden: all
	@tests/run --rewrite $(NAME)

.PHONY: layers
## layers: check that includes follow the direction of the house
layers:
	@tests/layers

.PHONY: bench
## bench: speed and memory beside a libpcap loop, and of the viewer (BENCH_RECORDS=1000000, BENCH_VIEW_RECORDS=10000000)
bench: test-packages
	@$(MAKE) --no-print-directory all $(O)/gen $(O)/tests/pcap_loop $(O)/tests/measure
	@tests/bench/bench --build $(O) $(BENCH_FLAGS)

.PHONY: captures
## captures: make the captures of captures/ again, by generator and virtual machine (never in CI)
captures: vm-packages
	@$(MAKE) --no-print-directory all $(O)/gen
	tests/gen/make-captures $(O)/gen
	tests/vm/make-captures -p $(O)/urbscope

.PHONY: install uninstall
## install: program, manual page, udev rule to $(DESTDIR)$(PREFIX)
install: all
	install -D -m 755 $(O)/urbscope $(DESTDIR)$(PREFIX)/bin/urbscope
	install -D -m 644 src/doc/urbscope.1 $(DESTDIR)$(PREFIX)/share/man/man1/urbscope.1
	install -D -m 644 src/doc/60-urbscope-usbmon.rules \
		$(DESTDIR)$(PREFIX)/lib/udev/rules.d/60-urbscope-usbmon.rules
## uninstall: take them away again
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/urbscope $(DESTDIR)$(PREFIX)/share/man/man1/urbscope.1 \
		$(DESTDIR)$(PREFIX)/lib/udev/rules.d/60-urbscope-usbmon.rules

.PHONY: clean
## clean: remove everything that was built
clean:
	rm -rf build

.PHONY: list
## list: these targets
list:
	@sed -n 's/^## //p' Makefile

-include $(shell find $(O) -name '*.d' 2>/dev/null)
