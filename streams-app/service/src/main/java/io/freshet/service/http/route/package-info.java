/** The routes of the HTTP API: clicks, recommendations, users, models, variants, health and metrics. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.http.route;
