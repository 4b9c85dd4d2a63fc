/** The HTTP server, which combines the routes of a process. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.http;
