/** The HTTP API and the page: routes, access control, and forwarding of requests to the instance that holds a user. */
@NullMarked
package io.freshet.http;

import org.jspecify.annotations.NullMarked;
