/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_CLI_YAML_H
#define LM_CLI_YAML_H

#include <jansson.h>

#include "base/buf.h"

/*
 * A JSON value as YAML that any reader of YAML takes back as the same value: texts that would be
 * taken for something else are quoted, texts of several lines become blocks.
 */
void render_yaml(const json_t *, struct lm_buf *out);

#endif
