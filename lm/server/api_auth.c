/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in, and clients: all of it is done in auth/. */
#include "lm/server/api.h"
#include "lm/server/auth/auth.h"

void api_post_token(struct api *api, struct http_request *r, const char *param)
{
	(void)param;
	auth_token(api->auth, r);
}

void api_post_login(struct api *api, struct http_request *r, const char *param)
{
	(void)param;
	auth_login(api->auth, r);
}

void api_post_credentials(struct api *api, struct http_request *r, const char *param)
{
	(void)param;
	auth_credentials(api->auth, r, NULL);
}

void api_put_credentials(struct api *api, struct http_request *r, const char *name)
{
	auth_credentials(api->auth, r, name);
}

void api_delete_credentials(struct api *api, struct http_request *r, const char *name)
{
	auth_remove_client(api->auth, r, name);
}

void api_get_credentials(struct api *api, struct http_request *r, const char *name)
{
	if (name == NULL)
		auth_list_clients(api->auth, r);
	else
		auth_show_client(api->auth, r, name);
}

void api_get_whoami(struct api *api, struct http_request *r, const char *param)
{
	(void)param;
	auth_whoami(api->auth, r);
}
