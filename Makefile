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
LIBS     = -lz -lzstd -lpcre2-8 -lm
TEST_LIBS = -lcmocka -lpcap

# Every folder of the program; its .c files all belong to it, so a new file needs no line here.
FOLDERS := base usb capture link model filter run analysis output cli
SRC     := $(filter-out src/cli/main.c,$(sort $(wildcard $(FOLDERS:%=src/%/*.c) decoders/*.c)))
OBJ     := $(SRC:%.c=$(O)/%.o)
UNIT    := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(UNIT:tests/unit/%.c=$(O)/tests/%)
GEN_SRC := $(sort $(wildcard tests/gen/*.c))

BUILD_PACKAGES = gcc libc6-dev zlib1g-dev libzstd-dev libpcre2-dev
TEST_PACKAGES  = libcmocka-dev libpcap-dev tshark python3 clang-format clang zstd gzip

.PHONY: all
## all: build the program ($(O)/urbscope)
all: $(O)/urbscope

$(O)/urbscope: $(O)/src/cli/main.o $(O)/liburbscope.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/liburbscope.a: $(OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(O)/tests/test_%: tests/unit/test_%.c $(O)/liburbscope.a $(O)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(O)/liburbscope.a $(TEST_LIBS) $(LIBS)

$(O)/gen: $(GEN_SRC:%.c=$(O)/%.o)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lm

# The stamp changes only when the flags do.
FLAGS_NOW = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) $(LIBS)
.PHONY: FORCE
$(O)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS_NOW)' | cmp -s - $@ || echo '$(FLAGS_NOW)' > $@

-include $(shell find $(O) -name '*.d' 2>/dev/null)
