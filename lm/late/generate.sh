#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# generate.sh jumps|table|needs SYMBOLS MACHINE
#
# What late.h speaks of, from SYMBOLS, which is what 'nm -u' says of everything that is linked:
#	jumps	assembly: a jump for each function, and the tables they go through
#	table	C: the libraries and the names of these functions
#	needs	C that refers to the same functions: who makes a package sees what the program needs
# MACHINE is that of 'cc -dumpmachine'.
set -eu
form=$1 symbols=$2 machine=$3

# Each with the prefix of its functions.
libraries='libcurl:curl_ libarchive:archive_ libmicrohttpd:MHD_ libgnutls:gnutls_'

names_of() {
	awk -v prefix="${1#*:}" '$1 == "U" && index($2, prefix) == 1 { print $2 }' "$symbols" | LC_ALL=C sort -u
}

path_of() {
	${CC:-cc} -print-file-name="${1%:*}.so"
}

soname_of() {
	readelf -d "$(path_of "$1")" | sed -n 's/.*SONAME.*\[\(.*\)\].*/\1/p'
}

bytes_of() {
	echo $((($(names_of "$1" | wc -l) * 8 + 4095) / 4096 * 4096))
}

# A variable cannot be jumped through.
refuse_variables() {
	nm -D --defined-only "$(path_of "$1")" | awk '$2 ~ /^[BDR]$/ { sub(/@.*/, "", $3); print $3 }' |
		while read -r variable; do
			! names_of "$1" | grep -qx "$variable" || {
				echo "generate.sh: $variable of ${1%:*} is a variable: do without it" >&2
				exit 1
			}
		done
}

# jump NAME PLACE
jump() {
	printf '\t.globl %s\n\t.type %s, %%function\n\t.balign 16\n%s:\n' "$1" "$1" "$1"
	case $machine in
	x86_64-*) printf '\tendbr64\n\tjmp *%s(%%rip)\n' "$2" ;;
	aarch64-*) printf '\thint #34\n\tadrp x16, %s\n\tldr x16, [x16, #:lo12:%s]\n\tbr x16\n' "$2" "$2" ;;
	esac
	printf '\t.size %s, .-%s\n' "$1" "$1"
}

jumps() {
	slots=late_${1%:*}_slots at=0
	refuse_variables "$1"
	printf '\t.section .bss.late,"aw",%%nobits\n\t.balign 4096\n\t.globl %s\n\t.hidden %s\n%s:\n\t.zero %d\n\t.text\n' \
		"$slots" "$slots" "$slots" "$(bytes_of "$1")"
	for name in $(names_of "$1"); do
		jump "$name" "$slots+$at"
		at=$((at + 8))
	done
}

names() {
	echo "extern void *late_${1%:*}_slots[];"
	echo "static const char *const ${1%:*}_names[] = {"
	names_of "$1" | sed 's/.*/    "&",/'
	echo '};'
}

row() {
	echo "    {\"${1%:*}\", \"$(soname_of "$1")\", ${1%:*}_names, late_${1%:*}_slots, $(names_of "$1" | wc -l), $(bytes_of "$1")},"
}

echo '/* Made by lm/late/generate.sh. */'
case $form in
jumps)
	for library in $libraries; do
		jumps "$library"
	done
	# The stack need not be code.
	printf '\t.section .note.GNU-stack,"",%%progbits\n'
	;;
table)
	printf '#include "lm/late/late.h"\n\n'
	for library in $libraries; do
		names "$library"
	done
	printf 'extern const struct late_library late_libraries[];\nextern const size_t late_libraries_n;\n'
	echo 'const struct late_library late_libraries[] = {'
	for library in $libraries; do
		row "$library"
	done
	echo '};'
	echo 'const size_t late_libraries_n = sizeof late_libraries / sizeof late_libraries[0];'
	;;
needs)
	for library in $libraries; do
		names_of "$library" | sed 's/.*/extern char &[];\nconst void *const needs_& = &;/'
	done
	;;
esac
