/* SPDX-License-Identifier: Apache-2.0 */
#include "lm/drivers/local/attrs.h"

#include <ctype.h>
#include <string.h>

static struct lm_err *read_bool(const struct lm_kvs *kvs, const char *name, bool *out)
{
	const char *v = lm_kvs_find(kvs, name);

	if (v == NULL || v[0] == '\0' || strcmp(v, "false") == 0)
		*out = false;
	else if (strcmp(v, "true") == 0)
		*out = true;
	else
		return lm_err_new(
		    LM_ERR_INVALID, "'%s' is '%s'; it must be true or false", name, v);
	return NULL;
}

static struct lm_err *need(const struct lm_kvs *kvs, const char *name, const char **out)
{
	*out = lm_kvs_find(kvs, name);
	if (*out == NULL || (*out)[0] == '\0')
		return lm_err_new(LM_ERR_INVALID, "'%s' has no value", name);
	return NULL;
}

/* What may become part of a path or of a program's input: letters, digits, '.', '_' and '-'. */
static bool is_plain(const char *p, size_t n)
{
	if (n == 0 || p[0] == '.' || p[0] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)p[i]) && strchr("._-", p[i]) == NULL)
			return false;
	return true;
}

/* The port called by the 'n' characters at 'name', made when it is new; NULL: one too many. */
static struct port *port_at(struct container_attrs *c, const char *name, size_t n)
{
	for (size_t i = 0; i < c->n_ports; i++)
		if (strlen(c->ports[i].ifname) == n && memcmp(c->ports[i].ifname, name, n) == 0)
			return &c->ports[i];
	if (c->n_ports == PORTS_MAX)
		return NULL;
	struct port *p = &c->ports[c->n_ports++];
	*p = (struct port){0};
	memcpy(p->ifname, name, n);
	return p;
}

/* "networks.<interface>.<field>" */
static struct lm_err *read_port(struct container_attrs *c, const struct lm_kv *kv)
{
	const char *ifname = kv->name + strlen("networks.");
	const char *dot = strrchr(ifname, '.');
	size_t n = dot == NULL ? 0 : (size_t)(dot - ifname);

	if (!is_plain(ifname, n) || n >= IFNAME_SIZE)
		return lm_err_new(LM_ERR_INVALID,
		    "'%s': an interface's name has 1 to %d letters or digits", kv->name,
		    IFNAME_SIZE - 1);
	struct port *p = port_at(c, ifname, n);
	if (p == NULL)
		return lm_err_new(LM_ERR_INVALID, "'%s': a container has at most %d networks",
		    kv->name, PORTS_MAX);
	if (strcmp(dot, ".network") == 0)
		p->network = kv->value;
	else if (strcmp(dot, ".address") == 0)
		p->address_property = kv->value;
	else
		return lm_err_new(LM_ERR_INVALID,
		    "'%s' is not known; a network has 'network' and 'address'", kv->name);
	return NULL;
}

struct lm_err *container_attrs_read(const struct lm_kvs *kvs, struct container_attrs *out)
{
	struct container_attrs c = {0};

	for (size_t i = 0; i < kvs->n; i++) {
		const struct lm_kv *kv = &kvs->v[i];
		struct lm_err *e = NULL;

		if (strncmp(kv->name, "networks.", strlen("networks.")) == 0)
			e = read_port(&c, kv);
		else if (strcmp(kv->name, "image") == 0)
			c.image = kv->value;
		else
			e = lm_err_new(LM_ERR_INVALID,
			    "'%s' is not known; a container has 'image' and 'networks'", kv->name);
		if (e != NULL)
			return e;
	}
	if (c.image == NULL || !is_plain(c.image, strlen(c.image)))
		return lm_err_new(LM_ERR_INVALID,
		    "'image' must be the name of an image: letters, digits, '.', '_' and '-'");
	for (size_t i = 0; i < c.n_ports; i++)
		if (c.ports[i].network == NULL || c.ports[i].network[0] == '\0')
			return lm_err_new(LM_ERR_INVALID, "'networks.%s.network' has no value",
			    c.ports[i].ifname);
	*out = c;
	return NULL;
}

struct lm_err *network_attrs_read(const struct lm_kvs *kvs, struct network_attrs *out)
{
	struct network_attrs n = {0};
	struct lm_err *e = need(kvs, "subnet", &n.subnet_text);

	if (e == NULL)
		e = subnet_parse(n.subnet_text, &n.subnet);
	if (e == NULL)
		e = read_bool(kvs, "management", &n.management);
	if (e == NULL)
		*out = n;
	return e;
}

struct lm_err *router_attrs_read(const struct lm_kvs *kvs, struct router_attrs *out)
{
	struct router_attrs r = {0};
	const char *list = NULL;
	struct lm_err *e = need(kvs, "interfaces", &list);

	if (e != NULL)
		return e;
	for (const char *p = list; *p != '\0';) {
		size_t n = strcspn(p, " \t\r\n,");

		if (n >= IFNAME_SIZE)
			return lm_err_new(
			    LM_ERR_INVALID, "'interfaces': '%.*s' is not a subnetid", (int)n, p);
		if (n > 0 && r.n_subnetids == PORTS_MAX)
			return lm_err_new(
			    LM_ERR_INVALID, "'interfaces': a router has at most %d", PORTS_MAX);
		if (n > 0)
			memcpy(r.subnetids[r.n_subnetids++], p, n);
		p += n + (p[n] != '\0');
	}
	if (r.n_subnetids == 0)
		return lm_err_new(LM_ERR_INVALID, "'interfaces' names no subnet");
	e = read_bool(kvs, "masquerade", &r.masquerade);
	if (e == NULL)
		*out = r;
	return e;
}
