/** The HTTP server, which combines the routes of a process. */
@NullMarked
package io.freshet.service.http;

import org.jspecify.annotations.NullMarked;
