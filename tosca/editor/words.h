/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_EDITOR_WORDS_H
#define LM_TOSCA_EDITOR_WORDS_H

/*
 * One line about each word of the language.  'words' is the list of tosca/model/keys.h it belongs
 * to.  NULL: there is no such word.
 */
const char *words_about(const char *const *words, const char *word);
const char *words_about_transition(const char *word);
/* Whether a section belongs into this kind of descriptor, and has an effect in it. */
enum words_home { WORDS_BOTH, WORDS_ASSEMBLY, WORDS_RESOURCE, WORDS_OLD };
enum words_home words_home_of(const char *section);

#endif
