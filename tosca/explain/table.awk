# SPDX-License-Identifier: Apache-2.0
#
# awk -f base/quote.awk -f tosca/explain/table.awk LM0101.md LM0102.md ...
#
# The explanations as a table in C, see explain.h.  A file must be called like its code, and its
# first line must be '# LMnnnn: title'.

function fail(text) {
	print FILENAME ":" FNR ": " text > "/dev/stderr"
	failed = 1
	exit 1
}
BEGIN {
	print "/* Made by tosca/explain/table.awk from tosca/explain/LM*.md. */"
	print "#include \"tosca/explain/table.h\"\n"
	print "const struct explanation explain_table[] = {"
}
FNR == 1 {
	if (NR > 1)
		print "\t},"
	code = FILENAME
	sub(/.*\//, "", code)
	sub(/\.md$/, "", code)
	if (code !~ /^LM[0-9][0-9][0-9][0-9]$/)
		fail("the name of the file is not that of a code: LMnnnn.md")
	if (index($0, "# " code ": ") != 1)
		fail("the first line must be '# " code ": <title>'")
	print "\t{" quote(code) ", " quote(substr($0, length(code) + 5)) ","
	next
}
{ print "\t    " quote($0) "\"\\n\"" }
END {
	if (failed)
		exit 1
	if (NR > 0)
		print "\t},"
	print "};\n"
	print "const size_t explain_table_n = sizeof explain_table / sizeof explain_table[0];"
}
