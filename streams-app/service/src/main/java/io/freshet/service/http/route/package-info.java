/** The routes of the HTTP API: clicks, recommendations, users, models, variants, health and metrics. */
@NullMarked
package io.freshet.service.http.route;

import org.jspecify.annotations.NullMarked;
