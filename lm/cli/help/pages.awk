# SPDX-License-Identifier: Apache-2.0
#
# awk -f base/quote.awk -f lm/cli/help/pages.awk lm-apply.md lm-get.md ...
#
# The pages as a table in C, see page.h.

BEGIN {
	print "/* Made by lm/cli/help/pages.awk from lm/cli/pages. */"
	print "#include \"lm/cli/help/page.h\"\n"
	print "const struct page page_table[] = {"
}
FNR == 1 {
	if (NR > 1)
		print "\t},"
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.md$/, "", name)
	print "\t{" quote(name) ","
}
{ print "\t    " quote($0) "\"\\n\"" }
END {
	if (NR > 0)
		print "\t},"
	print "};\n"
	print "const size_t page_table_n = sizeof page_table / sizeof page_table[0];"
}
