/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_CODES_H
#define LM_TOSCA_CODES_H

#include <stdarg.h>

#include "tosca/text/diag.h"

/*
 * All that the compiler may report: name, stable code, severity, what it is about.  A code never
 * changes its meaning and is never used again (LM0317 was a reference to a resource).  LM01xx: the
 * text; LM02xx: one descriptor by itself; LM03xx: descriptors against each other; LM04xx: policies;
 * LM05xx: building a graph; LM06xx: packages.  What each means stands in tosca/explain/.
 */
#define DIAG_CODES(X)                                                                              \
	X(YAML_SYNTAX, "LM0101", ERROR, "the text is not YAML")                                    \
	X(YAML_EMPTY, "LM0102", ERROR, "there is no document in the file")                         \
	X(YAML_BYTES, "LM0103", ERROR, "the file is not a text")                                   \
	X(YAML_TAB, "LM0104", ERROR, "a tab stands where only blanks may")                         \
	X(YAML_LIMIT, "LM0105", ERROR, "the text is too long")                                     \
	X(YAML_ALIAS, "LM0106", ERROR, "an alias that cannot be followed")                         \
	X(YAML_KEY, "LM0107", ERROR, "a key that is not plain text")                               \
	X(YAML_DUPLICATE, "LM0108", ERROR, "a key stands twice in one mapping")                    \
	X(YAML_MERGE, "LM0109", ERROR, "merge keys are not part of the language")                  \
	X(YAML_INVISIBLE, "LM0110", WARNING, "invisible characters in the text")                   \
	X(YAML_GLUED, "LM0111", ERROR, "a value is glued to the colon of its key")                 \
	X(TEXT_ENCODING, "LM0112", ERROR, "the file is UTF-16 or UTF-32")                          \
	X(TEXT_UTF8, "LM0113", ERROR, "bytes that are not UTF-8")                                  \
	X(TEXT_CONTROL, "LM0114", ERROR, "a control character in the text")                        \
	X(TEXT_DEPTH, "LM0115", ERROR, "the text has too many levels")                             \
	X(TEXT_NODES, "LM0116", ERROR, "the text has too many nodes")                              \
	X(YAML_BOMB, "LM0117", ERROR, "aliases that multiply the text")                            \
	X(YAML_CYCLE, "LM0118", ERROR, "an anchor that holds itself")                              \
	X(TEXT_NUL, "LM0119", ERROR, "a NUL in a text")                                            \
	X(YAML_TAG, "LM0120", WARNING, "a tag that has no meaning here")                           \
	X(YAML_QUOTE, "LM0121", ERROR, "a quote that is not closed")                               \
	X(YAML_BRACKET, "LM0122", ERROR, "a bracket or brace that is not closed")                  \
	X(YAML_NO_COLON, "LM0123", ERROR, "a key without its colon")                               \
	X(YAML_TRAILING, "LM0124", ERROR, "text behind the end of a document")                     \
	X(YAML_INDENT, "LM0125", ERROR, "the indentation does not fit the lines above")            \
	X(YAML_COLON, "LM0126", ERROR, "a second colon on one line")                               \
	X(YAML_DIRECTIVE, "LM0127", ERROR, "a directive that is not understood")                   \
	X(TEXT_MANY, "LM0128", ERROR, "too many errors in one text")                               \
	X(YAML_VALUE, "LM0129", ERROR, "a value that begins with a character of YAML's own")       \
	X(JSON_SYNTAX, "LM0130", ERROR, "the text is not JSON")                                    \
	X(JSON_COMMA, "LM0131", ERROR, "a comma too many or too few in JSON")                      \
	X(JSON_QUOTE, "LM0132", ERROR, "single quotes in JSON")                                    \
	X(JSON_COMMENT, "LM0133", ERROR, "a comment in JSON")                                      \
	X(JSON_KEY, "LM0134", ERROR, "a key without quotes in JSON")                               \
	X(JSON_WORD, "LM0135", ERROR, "a value without quotes in JSON")                            \
	X(JSON_STRING, "LM0136", ERROR, "a string that JSON does not allow")                       \
	X(NO_NAME, "LM0201", ERROR, "a descriptor without a name")                                 \
	X(NAME, "LM0202", ERROR, "not a descriptor name")                                          \
	X(NAME_ODD, "LM0203", WARNING, "an unusual descriptor name")                               \
	X(SHAPE, "LM0204", ERROR, "a mapping, a list or a text was expected")                      \
	X(UNKNOWN_KEY, "LM0205", WARNING, "a key that has no meaning here")                        \
	X(SPELLING, "LM0206", WARNING, "a key in an unusual spelling")                             \
	X(WRONG_KIND, "LM0207", WARNING, "a section of the other kind of descriptor")              \
	X(IGNORED_KEY, "LM0208", WARNING, "a key of the past, without effect")                     \
	X(BOOL, "LM0209", ERROR, "true or false was expected")                                     \
	X(NUMBER, "LM0210", ERROR, "a number was expected")                                        \
	X(PROPERTY_NAME, "LM0211", WARNING, "a property name that cannot be referenced")           \
	X(PROPERTY_TYPE, "LM0212", WARNING, "an unknown property type")                            \
	X(PROPERTY_CONFLICT, "LM0213", ERROR, "attributes that exclude each other")                \
	X(EXPRESSION, "LM0214", ERROR, "a malformed ${...}")                                       \
	X(LOCAL_NAME, "LM0215", ERROR, "not a name for a component")                               \
	X(AMBIGUOUS, "LM0216", ERROR, "one name for two things")                                   \
	X(NO_TYPE, "LM0217", ERROR, "a component without a type")                                  \
	X(TYPE, "LM0218", ERROR, "not a type for a component")                                     \
	X(QUANTITY_IGNORED, "LM0219", WARNING, "both a quantity and a cluster")                    \
	X(CLUSTER_LIMITS, "LM0220", ERROR, "cluster numbers that exclude each other")              \
	X(TRANSITION, "LM0221", WARNING, "an unknown transition")                                  \
	X(STATE, "LM0222", ERROR, "a relationship without a state, or with an unknown one")        \
	X(MODIFIER, "LM0223", ERROR, "neither pre nor post")                                       \
	X(ENDS, "LM0224", ERROR, "a relationship without ends")                                    \
	X(CALL, "LM0225", ERROR, "not of the form component.name")                                 \
	X(METRIC_TYPE, "LM0226", WARNING, "an unknown type of metric")                             \
	X(POLICY_IGNORED, "LM0227", WARNING, "a policy that has no effect here")                   \
	X(POLICY_INCOMPLETE, "LM0228", ERROR, "a policy lacks a metric, a target or a threshold")  \
	X(SHORT_FORM, "LM0229", WARNING, "a value where {value: ...} is expected")                 \
	X(TOO_MANY, "LM0230", ERROR, "more entries than allowed")                                  \
	X(INFRASTRUCTURE, "LM0231", WARNING, "an infrastructure entry without meaning")            \
	X(NAME_SHARED, "LM0232", WARNING, "a component and a property share a name")               \
	X(REFERENCE_LOCATION, "LM0233", ERROR, "a reference to a resource without a location")     \
	X(REFERENCE_PROPERTY, "LM0234", WARNING, "a property that does not help to find anything") \
	X(PRIVATE, "LM0235", WARNING, "a private property seen from outside")                      \
	X(REFERENCE_TYPE, "LM0236", WARNING, "a reference to a type that is not in the catalog")   \
	X(DRIVER_CASE, "LM0237", WARNING, "a driver type in capital letters")                      \
	X(DRIVER_TWICE, "LM0238", WARNING, "two drivers for one type of infrastructure")           \
	X(SELECTOR, "LM0239", WARNING, "a selector that selects nothing")                          \
	X(SCOPE, "LM0240", ERROR, "${source...} or ${target...} outside of a relationship")        \
	X(MEMBER, "LM0241", WARNING, "a member that will never be there")                          \
	X(DEFAULT_UNUSED, "LM0242", WARNING, "a default that is never used")                       \
	X(REQUIRED_OUTPUT, "LM0243", WARNING, "a required property that nobody can supply")        \
	X(KEY_VALUE, "LM0244", WARNING, "a value for a key that the driver makes")                 \
	X(LAYOUT, "LM0245", WARNING, "a layout of something that is not there")                    \
	X(LANGUAGE, "LM0246", ERROR, "a document in another language")                             \
	X(SCRAPE, "LM0247", ERROR, "a scrape without a url or a series")                           \
	X(SCRAPE_URL, "LM0248", ERROR, "a url that cannot be fetched")                             \
	X(SCRAPE_SERIES, "LM0249", ERROR, "not a selector of a series")                            \
	X(SPARES_STATE, "LM0250", ERROR, "an unknown state of spares")                             \
	X(CLUSTER_KEY, "LM0251", WARNING, "a key of a cluster outside of it")                      \
	X(DUPLICATE_DESCRIPTOR, "LM0301", ERROR, "two descriptors of one name")                    \
	X(UNKNOWN_TYPE, "LM0302", ERROR, "no descriptor of that name")                             \
	X(UNKNOWN_PROPERTY, "LM0303", WARNING, "${...} names no property")                         \
	X(UNKNOWN_COMPONENT, "LM0304", WARNING, "${...} names no component")                       \
	X(UNKNOWN_MAPPING, "LM0305", WARNING, "a mapping to a property that is not declared")      \
	X(MAPPING_IGNORED, "LM0306", WARNING, "a mapping that cannot take effect")                 \
	X(COMPOSITION_CYCLE, "LM0307", ERROR, "an assembly contains itself")                       \
	X(VALUE_CYCLE, "LM0308", ERROR, "a value depends on itself")                               \
	X(UNKNOWN_OPERATION, "LM0309", ERROR, "no operation of that name")                         \
	X(UNKNOWN_METRIC, "LM0310", ERROR, "no metric of that name")                               \
	X(UNKNOWN_END, "LM0311", ERROR, "a relationship or promotion names no component")          \
	X(REFERENCE_TARGET, "LM0312", ERROR, "a reference where a component is needed")            \
	X(UNDECLARED, "LM0313", WARNING, "an undeclared capability or requirement")                \
	X(OPERATION_PROPERTY, "LM0314", WARNING, "an operation does not get what it requires")     \
	X(SHARED_NAME, "LM0315", WARNING, "all members of a cluster get the same instance name")   \
	X(REFERENCE_NAME, "LM0316", ERROR, "a reference without a name to search for")             \
	X(ORDER_CYCLE, "LM0318", ERROR, "a relationship that waits for itself")                    \
	X(LONELY, "LM0319", WARNING, "a relationship of one component with itself")                \
	X(NOT_SUPPLIED, "LM0320", WARNING, "a component requires what nobody gives")               \
	X(UNUSED, "LM0321", WARNING, "an input that nothing reads")                                \
	X(SHADOWED, "LM0322", WARNING, "an operation's property hides the resource's own")         \
	X(UNTAKEN, "LM0323", WARNING, "a relationship gives what no operation takes")              \
	X(POLICY_TARGET, "LM0401", ERROR, "a scale policy names no component")                     \
	X(POLICY_CLUSTER, "LM0402", ERROR, "a scale policy for something that is no cluster")      \
	X(THRESHOLD_ORDER, "LM0403", ERROR, "scale-in begins above scale-out")                     \
	X(THRESHOLD_RANGE, "LM0404", ERROR, "a number of a policy that is out of range")           \
	X(FLAPPING, "LM0405", WARNING, "thresholds that are too close for a step")                 \
	X(POLICY_METRIC, "LM0406", WARNING, "a policy on the wrong type of metric")                \
	X(NUMBER_UNKNOWN, "LM0407", ERROR, "a number that refers to nothing")                      \
	X(STUCK, "LM0408", WARNING, "a scale policy that can never act")                           \
	X(INCREMENT, "LM0409", WARNING, "a scaling increment that is larger than the room for it") \
	X(SILENT_METRIC, "LM0410", WARNING, "a policy on a metric that is never published")        \
	X(RIVALS, "LM0411", WARNING, "several scale policies for one cluster")                     \
	X(SLOW_POLICY, "LM0412", WARNING, "a policy that takes more than a day to act")            \
	X(EMPTY_CLUSTER, "LM0413", WARNING, "a scale policy that cannot leave zero members")       \
	X(SETTING_WORD, "LM0414", ERROR, "an unknown word for a property of a policy")             \
	X(SCHEDULE, "LM0415", ERROR, "a schedule that cannot be read")                             \
	X(TARGET_BOTH, "LM0416", WARNING, "thresholds beside a target load")                       \
	X(TOLERANCE, "LM0417", ERROR, "a tolerance as large as the target load")                   \
	X(SETTING_UNUSED, "LM0418", WARNING, "a property of a policy that has no effect")          \
	X(SPARES_IDLE, "LM0419", WARNING, "spares that nothing takes into service")                \
	X(SHORT_WINDOW, "LM0420", WARNING, "a prediction from too few samples")                    \
	X(SCRAPE_NEVER, "LM0421", WARNING, "a scrape that never happens")                          \
	X(SCHEDULE_LIMIT, "LM0422", WARNING, "a schedule beyond the largest size")                 \
	X(UNKNOWN_ROOT, "LM0501", ERROR, "no such assembly in the catalog")                        \
	X(BAD_DESCRIPTOR, "LM0502", ERROR, "a descriptor has errors")                              \
	X(INSTANCE_NAME, "LM0503", ERROR, "not a name for an instance")                            \
	X(GRAPH_LIMIT, "LM0504", ERROR, "the service is too large")                                \
	X(REQUIRED, "LM0505", ERROR, "a required property has no value")                           \
	X(INTENT_PROPERTY, "LM0506", WARNING, "an intent property that is not declared")           \
	X(INTENT_IGNORED, "LM0507", WARNING, "an intent property that cannot take effect")         \
	X(LATE_NUMBER, "LM0508", ERROR, "a number has no usable value")                            \
	X(MEMBERS, "LM0509", ERROR, "cluster members that cannot be")                              \
	X(NOT_ASSEMBLY, "LM0510", ERROR, "only an assembly can be built")                          \
	X(FILE_UNREADABLE, "LM0601", ERROR, "a file that cannot be read")                          \
	X(FILE_KIND, "LM0602", ERROR, "a descriptor that is not a regular file")                   \
	X(FILE_LINK, "LM0603", WARNING, "a symbolic link that is not followed")                    \
	X(FILE_SIZE, "LM0604", ERROR, "a file that is too large")                                  \
	X(PACKAGE_LIMIT, "LM0605", ERROR, "a package with too many files, or too deep")            \
	X(PACKAGE_EMPTY, "LM0606", ERROR, "a package without descriptors")                         \
	X(ARCHIVE_FORMAT, "LM0610", ERROR, "not an archive of a known format")                     \
	X(ARCHIVE_DAMAGED, "LM0611", ERROR, "a damaged archive")                                   \
	X(ARCHIVE_NAME, "LM0612", ERROR, "an archive entry with an unsafe name")                   \
	X(ARCHIVE_KIND, "LM0613", ERROR, "an archive entry that is neither file nor folder")       \
	X(ARCHIVE_LIMIT, "LM0614", ERROR, "an archive that becomes too large")                     \
	X(ARCHIVE_ENCRYPTED, "LM0615", ERROR, "an encrypted archive")                              \
	X(ARCHIVE_DUPLICATE, "LM0616", ERROR, "two archive entries of one name")                   \
	X(ARCHIVE_CASE, "LM0617", WARNING, "archive entries that differ in case only")             \
	X(UNPACKING, "LM0618", ERROR, "an archive that cannot be unpacked")                        \
	X(SCRIPT_MISSING, "LM0620", ERROR, "a script that is not in the package")                  \
	X(SCRIPT_UNUSED, "LM0621", WARNING, "a script that is never run")                          \
	X(SCRIPT_UNUSABLE, "LM0622", WARNING, "a script that cannot do anything")                  \
	X(TEMPLATE_MISSING, "LM0623", WARNING, "a template that is not in the package")

enum diag_code {
#define X(name, code, severity, title) CODE_##name,
	DIAG_CODES(X)
#undef X
	    DIAG_CODES_N
};

/* "LM0101", and what it is about in a few words. */
const char *diag_code_text(enum diag_code);
const char *diag_code_title(enum diag_code);
enum diag_severity diag_code_severity(enum diag_code);

/*
 * Adds one, NULL when it was counted but not kept.  Control characters in the message become '?',
 * and a very long one is cut.  'pos' may be NULL.
 */
struct diag *diag_add(struct diags *, enum diag_code, const struct source_range *pos,
    const char *fmt, ...) LM_PRINTF(4, 5);
struct diag *diag_vadd(struct diags *, enum diag_code, const struct source_range *pos,
    const char *fmt, va_list) LM_PRINTF(4, 0);
/* All accept NULL for the diagnostic. */
void diag_help(struct diags *, struct diag *, const char *fmt, ...) LM_PRINTF(3, 4);
/* One more place that is involved, behind the others; at most 32 are kept. */
void diag_note(struct diags *, struct diag *, const struct source_range *, const char *fmt, ...)
    LM_PRINTF(4, 5);
/* To put 'replacement' (copied) in this place is what was probably meant; editors offer it. */
void diag_fix(struct diags *, struct diag *, const struct source_range *, const char *replacement);
/*
 * "did you mean 'best'?", when there is one; and a fix, when it is clear which word of the text that
 * the diagnostic marks is a misspelt 'best'.
 */
void diag_did_you_mean(struct diags *, struct diag *, const char *best);
/* "write 'right'", and the same fix. */
void diag_write(struct diags *, struct diag *, const char *right);

#endif
