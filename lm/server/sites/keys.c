/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "lm/server/sites/sites_priv.h"

static const char *const texts[] = {"description", "publicKey", "privateKey"};

static struct lm_err *unknown(const char *name)
{
	return lm_err_new(LM_ERR_NOT_FOUND,
	    "there is no infrastructure key '%.80s': see "
	    "/api/resource-manager/infrastructure-keys/shared",
	    name);
}

bool sites_key(const struct sites *s, const char *name, struct site_key *out)
{
	const json_t *o = shelf_find(s->keys, name);

	if (o == NULL)
		return false;
	*out = (struct site_key){
	    .name = text_at(o, "name"),
	    .description = text_at(o, "description"),
	    .public_key = json_string_value(json_object_get(o, "publicKey")),
	    .private_key = json_string_value(json_object_get(o, "privateKey")),
	};
	return true;
}

/* ---- changes ------------------------------------------------------------------------------------ */

/* What the body names is laid over what is there; null takes a text away. */
static struct lm_err *lay_over(const json_t *body, json_t *o)
{
	struct lm_err *e = NULL;

	for (size_t i = 0; e == NULL && i < LM_COUNT(texts); i++) {
		const char *given = NULL;

		e = field_text(body, texts[i], &given);
		if (e == NULL && text_is_given(given))
			json_object_set_new(o, texts[i], json_string(given));
		else if (e == NULL && json_object_get(body, texts[i]) != NULL)
			json_object_del(o, texts[i]);
	}
	if (e == NULL && json_object_get(o, "publicKey") == NULL &&
	    json_object_get(o, "privateKey") == NULL)
		e = lm_err_new(LM_ERR_INVALID,
		    "\"publicKey\" and \"privateKey\" are missing: give one of them at least, as "
		    "its file has it");
	return e;
}

struct lm_err *site_key_create(struct sites *s, const json_t *body, const char **name)
{
	struct lm_err *e = field_name(body, "what descriptors name the key by", name);

	if (e == NULL && shelf_find(s->keys, *name) != NULL)
		e = lm_err_new(LM_ERR_CONFLICT,
		    "there is an infrastructure key '%.80s' already: PUT changes it", *name);
	if (e != NULL)
		return e;
	json_t *o = json_pack("{s:s}", "name", *name);
	e = lay_over(body, o);
	if (e == NULL)
		e = shelf_put(s->keys, *name, o);
	json_decref(o);
	return e;
}

struct lm_err *site_key_update(struct sites *s, const char *name, const json_t *body)
{
	const json_t *before = shelf_find(s->keys, name);

	if (before == NULL)
		return unknown(name);
	json_t *o = json_copy((json_t *)(uintptr_t)before);
	struct lm_err *e = field_same_name(body, name);
	if (e == NULL)
		e = lay_over(body, o);
	if (e == NULL)
		e = shelf_put(s->keys, name, o);
	json_decref(o);
	return e;
}

struct lm_err *site_key_delete(struct sites *s, const char *name)
{
	return shelf_find(s->keys, name) == NULL ? unknown(name) : shelf_remove(s->keys, name);
}

/* ---- documents ---------------------------------------------------------------------------------- */

/* Field by field: what nobody has thought of is not shown. */
static json_t *document_of(const json_t *o, bool with_private)
{
	json_t *d = json_pack("{s:s, s:s, s:O?}", "name", text_at(o, "name"), "description",
	    text_at(o, "description"), "publicKey", json_object_get(o, "publicKey"));

	if (with_private)
		json_object_set(d, "privateKey", json_object_get(o, "privateKey"));
	return d;
}

json_t *site_key_document(const struct sites *s, const char *name, bool with_private)
{
	const json_t *o = shelf_find(s->keys, name);

	return o == NULL ? NULL : document_of(o, with_private);
}

json_t *site_key_list(const struct sites *s, bool with_private)
{
	json_t *all = json_array();

	for (size_t i = 0; i < shelf_count(s->keys); i++)
		json_array_append_new(all, document_of(shelf_at(s->keys, i), with_private));
	return all;
}
