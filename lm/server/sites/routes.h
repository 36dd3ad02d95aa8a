/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LM_SERVER_SITES_ROUTES_H
#define LM_SERVER_SITES_ROUTES_H

#include "lm/server/route.h"

/* Handlers: deployment locations, resource managers, resource drivers and infrastructure keys. */
route_fn api_post_location, api_get_locations, api_get_location, api_put_location,
    api_delete_location;
route_fn api_post_manager, api_get_managers, api_get_manager, api_put_manager, api_delete_manager;
route_fn api_post_driver, api_get_drivers, api_get_driver, api_put_driver, api_delete_driver;
route_fn api_post_key, api_get_keys, api_get_key, api_put_key, api_delete_key;
/* What resource drivers answer, and how they are. */
route_fn api_post_response, api_get_driver_health;

#endif
