# SPDX-License-Identifier: Apache-2.0
#
#   make install    into PREFIX (/usr/local), below DESTDIR; installs nothing else and starts nothing
#   make uninstall  removes just that; what the manager manages and its state stay
#   make deb        build/lm_VERSION_ARCH.deb
#
# What stands where is said once, here; the Debian package is an installation with PREFIX=/usr.

PREFIX      ?= /usr/local
DESTDIR     ?=
SYSCONFDIR  ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
UNITDIR     ?= $(if $(filter /usr,$(PREFIX)),/lib/systemd/system,$(PREFIX)/lib/systemd/system)
bindir      := $(DESTDIR)$(PREFIX)/bin
datadir     := $(DESTDIR)$(PREFIX)/share/lm
mandir      := $(DESTDIR)$(PREFIX)/share/man
docdir      := $(DESTDIR)$(PREFIX)/share/doc/lm
bashdir     := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir      := $(DESTDIR)$(PREFIX)/share/zsh/site-functions
fishdir     := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
VERSION     := $(shell sed -n 's/^\#define LM_VERSION "\(.*\)"/\1/p' lm/server/serve.h)

# Packages and services as they are, without what git does not keep.
shared      := $(shell git ls-files vnfs services 2>/dev/null || find vnfs services -type f)
pages        = $(wildcard build/release/man/*.[157])

install:
	@$(MAKE) --no-print-directory SANITIZE= FUZZ= all man
	@$(MAKE) --no-print-directory install-files

install-files:
	install -D -m 755 build/release/lm $(bindir)/lm
	@for f in $(shared); do \
		[ -x $$f ] && mode=755 || mode=644; \
		install -D -m $$mode $$f $(datadir)/$$f || exit 1; \
	done
	@for f in $(pages); do \
		install -D -m 644 $$f $(mandir)/man$${f##*.}/$${f##*/} || exit 1; \
	done
	@mkdir -p $(bashdir) $(zshdir) $(fishdir)
	build/release/lm completion bash >$(bashdir)/lm
	build/release/lm completion zsh >$(zshdir)/_lm
	build/release/lm completion fish >$(fishdir)/lm.fish
	install -D -m 644 README.md $(docdir)/README.md
	@for f in docs/*.md policies/README.md tests/demo/timeline.svg; do \
		install -D -m 644 $$f $(docdir)/$$f || exit 1; \
	done
	@ln -sfn ../../lm/vnfs $(docdir)/vnfs && ln -sfn ../../lm/services $(docdir)/services
	install -D -m 644 LICENSE $(docdir)/LICENSE
	install -D -m 644 packaging/lm.default $(DESTDIR)$(SYSCONFDIR)/default/lm
	@mkdir -p $(DESTDIR)$(UNITDIR)
	sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|g' packaging/lm.service \
		>$(DESTDIR)$(UNITDIR)/lm.service

# A folder that others use stays; what an operator has written into the file of options stays as well.
uninstall:
	rm -rf $(datadir) $(docdir)
	rm -f $(bindir)/lm $(mandir)/man1/lm.1 $(mandir)/man1/lm-*.1 $(mandir)/man5/lm-*.5 $(mandir)/man7/lm-*.7
	rm -f $(bashdir)/lm $(zshdir)/_lm $(fishdir)/lm.fish $(DESTDIR)$(UNITDIR)/lm.service
	@! cmp -s packaging/lm.default $(DESTDIR)$(SYSCONFDIR)/default/lm || rm $(DESTDIR)$(SYSCONFDIR)/default/lm

deb: depends
	@$(MAKE) --no-print-directory SANITIZE= FUZZ= all man
	@+packaging/deb $(VERSION)

.PHONY: install install-files uninstall deb
