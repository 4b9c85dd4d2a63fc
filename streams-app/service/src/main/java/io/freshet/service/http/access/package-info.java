/**
 * Access to the server: tokens, host names, TLS, limits on connections and rates, and forwarding to the instance that
 * owns a user.
 */
@NullMarked
package io.freshet.service.http.access;

import org.jspecify.annotations.NullMarked;
