/** The HTTP server, which puts the routes of a process together. */
@NullMarked
package io.freshet.service.http;

import org.jspecify.annotations.NullMarked;
