/** The HTTP API and the page: routes, who may call them, passing requests on to the instance that holds a user. */
@NullMarked
package io.freshet.http;

import org.jspecify.annotations.NullMarked;
