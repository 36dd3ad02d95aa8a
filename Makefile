# SPDX-License-Identifier: Apache-2.0
#
#   make                build build/release/lm
#   make demo           the story on real calls, see README.md
#   make test           everything, with sanitizers; ends with "N passed, N failed"
#   make bench          measure against floors in the same run
#   make bench-compile  the compiler alone; bench-engine: the engine and its journal
#   make sim            as many schedules as SEEDS says, see tests/sim/run.c
#   make crashes        a manager killed at every commit, see tests/system/crashes.sh
#   make scale-test     ten times the Scale test, see tests/system/scale.sh
#   make install        into PREFIX below DESTDIR; uninstall, deb: see packaging/install.mk
#   make fuzz           an hour of fuzzing, see tests/fuzz/README.md
#   make SANITIZE=1     any target with ASan + UBSan, in build/asan
#   APT=no              install nothing; say what is missing
#
# One folder of output per variant; everything is rebuilt when the flags change, and only then.

ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif

SANITIZE ?=
comma    := ,
# Variants: plain, SANITIZE=1, and FUZZ=1, where clang brings libFuzzer and gcc has the word on warnings.
FUZZ     ?=
B        ?= build/$(if $(FUZZ),fuzz,$(if $(SANITIZE),asan,release))
ifneq ($(FUZZ),)
CC       := clang
SANITIZE := 1
endif

WARN     := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	    -Wwrite-strings -Wpointer-arith -Wvla -Wimplicit-fallthrough -Wformat=2 -Wundef -Walloca
OPT      := $(if $(SANITIZE),-O1 -g -fsanitize=address$(comma)undefined -fno-sanitize-recover=all \
	    -fno-omit-frame-pointer $(if $(FUZZ),-fsanitize=fuzzer-no-link),-O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
CPPFLAGS := -I. -D_GNU_SOURCE -include base/banned.h
CFLAGS   := -std=gnu17 $(if $(FUZZ),,$(WARN)) $(OPT) $(EXTRA_CFLAGS)
LDFLAGS  := $(filter -fsanitize%,$(CFLAGS)) -Wl,--as-needed
LIBS     := -lyaml -ljansson -lxml2 -lcurl -lmicrohttpd -lgnutls -luv -lsqlite3 -larchive -lsodium -lm
TESTLIBS := $(shell pkg-config --libs check 2>/dev/null || echo -lcheck)

# One short line a file; V=1 shows the whole command.
say       = $(if $(V),,@printf '%-3s %s\n' $(1) $(2); )

src       = $(sort $(wildcard $(1)))
obj       = $(patsubst %.c,$(B)/obj/%.o,$(1))
BASE     := $(call src,base/*.c)
TOSCA    := $(call src,tosca/*/*.c)
POLICY   := $(call src,policies/*.c)
LM       := $(filter-out lm/main.c,$(call src,lm/*/*.c lm/*/*/*.c lm/*/*/*/*.c))
# tests/<kind>/*.c: each a program of its own; tests/lib/*.c and tests/bench/lib/*.c are linked to all of them.
TESTLIB  := $(call src,tests/lib/*.c tests/bench/lib/*.c)
PROGRAMS := $(call src,tests/unit/*.c tests/golden/*.c tests/sim/*.c tests/system/*.c tests/bench/*.c tests/demo/*.c)
SIMLIB   := $(call src,tests/sim/lib/*.c)
FUZZERS  := $(call src,tests/fuzz/*.c)
# What tests put before the C library in a program of the product.
PRELOADS := $(call src,tests/preload/*.c)
UNIT     := $(patsubst %.c,$(B)/%,$(call src,tests/unit/*.c))
ALL      := $(BASE) $(TOSCA) $(POLICY) $(LM) lm/main.c $(TESTLIB) $(SIMLIB) $(PROGRAMS) $(if $(FUZZ),$(FUZZERS))
LIBALL   := $(B)/liblm.a $(B)/libtosca.a $(B)/libpolicy.a $(B)/libbase.a

all: $(B)/lm

$(B)/libbase.a:   $(call obj,$(BASE))
$(B)/libtosca.a:  $(call obj,$(TOSCA)) $(B)/obj/tosca/explain/table.o
$(B)/libpolicy.a: $(call obj,$(POLICY))
$(B)/liblm.a:     $(call obj,$(LM)) $(B)/obj/lm/cli/help/table.o
$(B)/libtest.a:   $(call obj,$(TESTLIB))
$(B)/libsim.a:    $(call obj,$(SIMLIB))
$(B)/%.a:
	@rm -f $@ && $(AR) rcs $@ $^

$(B)/lm: $(B)/obj/lm/main.o $(LIBALL)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/tests/fuzz/%: $(B)/obj/tests/fuzz/%.o $(LIBALL)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# Where the mutants of tests/sim/mutants.c stand.
SEAMS    := journal_component line_move_up flight_begin plan_order_values plan_add plan_build membership_view
$(B)/tests/sim/mutants: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,$(SEAMS))

# A disk that forgets, see tests/lib/power.h.
POWER_WRAPS := openat write fsync renameat unlinkat
$(B)/tests/unit/test_disk: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,$(POWER_WRAPS))

$(B)/tests/sim/%: $(B)/obj/tests/sim/%.o $(B)/libsim.a $(B)/libtest.a $(LIBALL)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(TESTLIBS) $(LIBS)

$(B)/tests/%: $(B)/obj/tests/%.o $(B)/libtest.a $(LIBALL)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(TESTLIBS) $(LIBS)

# Without sanitizers, which would have to come first in the program.
$(B)/tests/preload/%.so: tests/preload/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CPPFLAGS) $(filter-out -fsanitize% -fno-sanitize%,$(CFLAGS)) -fPIC -shared -o $@ $<

$(B)/obj/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The explanations of the codes, as a table in C: made anew when one has changed, come or gone.
$(B)/gen/explain.c: FORCE
	@mkdir -p $(@D)
	@awk -f base/quote.awk -f tosca/explain/table.awk $(call src,tosca/explain/LM*.md) >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(B)/obj/tosca/explain/table.o: $(B)/gen/explain.c $(B)/flags tosca/explain/table.h tosca/explain/explain.h
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# The short texts of the manual, in the same way; and the manual, which the program prints.
$(B)/gen/pages.c: FORCE
	@mkdir -p $(@D)
	@awk -f base/quote.awk -f lm/cli/help/pages.awk $(call src,lm/cli/pages/*.md) >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(B)/obj/lm/cli/help/table.o: $(B)/gen/pages.c $(B)/flags lm/cli/help/page.h
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
man: $(B)/man/lm.1
$(B)/man/lm.1: $(B)/lm
	@rm -rf $(@D) && mkdir -p $(@D)
	@set -e; for page in $$($< __man); do $< __man "$$page" >$(@D)/"$$page.new"; mv $(@D)/"$$page.new" $(@D)/"$$page"; done

$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CPPFLAGS) $(CFLAGS)' > $@

libs: $(LIBALL)
programs: $(B)/lm $(patsubst %.c,$(B)/%,$(PROGRAMS)) $(patsubst %.c,$(B)/%.so,$(PRELOADS))

fuzzers: $(patsubst %.c,$(B)/%,$(FUZZERS))

depends:
	@tests/depends

test: depends
	@vnfs/images/build -d build/images all || echo 'no images: the tests that need them are skipped'
	@$(MAKE) --no-print-directory SANITIZE=1 programs
	@$(MAKE) --no-print-directory programs
	@$(MAKE) --no-print-directory FUZZ=1 fuzzers
	@tests/run

fuzz: depends
	@$(MAKE) --no-print-directory FUZZ=1 fuzzers
	@tests/fuzz/run 3600

SEEDS    ?= 20000
sim: depends
	@$(MAKE) --no-print-directory programs
	@$(B)/tests/sim/run --seeds $(SEEDS)

crashes: depends
	@$(MAKE) --no-print-directory SANITIZE=1 programs images
	@CRASHES=all SYSTEM_BUILD=$(CURDIR)/build/asan tests/system/run crashes.sh

scale-test: depends
	@$(MAKE) --no-print-directory programs images
	@SCALE_RUNS=$${SCALE_RUNS:-10} $(B)/tests/demo/supervise 3600 tests/system/scale.sh

demo: depends
	@$(MAKE) --no-print-directory programs images
	@tests/demo/run

bench: depends
	@$(MAKE) --no-print-directory programs images
	@tests/bench/run

bench-compile: depends
	@$(MAKE) --no-print-directory programs
	@tests/bench/run compile

bench-engine: depends
	@$(MAKE) --no-print-directory programs
	@tests/bench/run engine

images: depends
	@vnfs/images/build -d build/images all

format:
	@clang-format -i $(ALL) $(PRELOADS) $(wildcard base/*.h tosca/*/*.h policies/*.h lm/*/*.h lm/*/*/*.h lm/*/*/*/*.h tests/lib/*.h tests/bench/lib/*.h)

# The images take minutes to make again: they stay until 'make distclean'.
clean:
	rm -rf build/release build/asan build/demo
distclean:
	rm -rf build

include packaging/install.mk

.PHONY: all man libs programs fuzzers fuzz sim depends test scale-test demo bench bench-compile bench-engine images format clean distclean FORCE
.SECONDARY:
.DELETE_ON_ERROR:
-include $(patsubst %.o,%.d,$(call obj,$(ALL)))
