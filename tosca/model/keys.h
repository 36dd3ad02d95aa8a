/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_TOSCA_KEYS_H
#define LM_TOSCA_KEYS_H

/*
 * The words that the readers know in each place, ended by NULL: for whoever offers or explains
 * them.  Each list stands beside the reader that acts on it, by its order.
 */
extern const char *const keys_document[], *const keys_property[], *const keys_capability[];
extern const char *const keys_component[], *const keys_reference[], *const keys_cluster[];
extern const char *const keys_relationship[], *const keys_relationship_lifecycle[];
extern const char *const keys_operation[], *const keys_promoted_operation[];
extern const char *const keys_metric[], *const keys_scrape[];
extern const char *const keys_policy[], *const keys_policy_properties[];
extern const char *const keys_lifecycle_entry[], *const keys_driver[], *const keys_selector[];
extern const char *const keys_template[], *const keys_queries[], *const keys_location[];

/* Values. */
extern const char *const words_property_type[], *const words_state[], *const words_modifier[];
extern const char *const words_metric_type[], *const words_policy_type[];
extern const char *const words_spares_state[], *const words_step[], *const words_guard[];

#endif
