# SPDX-License-Identifier: Apache-2.0
#
# awk -f base/quote.awk -f table.awk ...

# The text as a string in C.
function quote(text) {
	gsub(/\\/, "&&", text)
	gsub(/"/, "\\\"", text)
	gsub(/\?/, "\\?", text)
	gsub(/\t/, "\\t", text)
	return "\"" text "\""
}
