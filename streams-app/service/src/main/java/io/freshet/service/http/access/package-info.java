/**
 * Access to the server: tokens, host names, TLS, limits on connections and rates, and forwarding to the instance that
 * owns a user.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.service.http.access;
