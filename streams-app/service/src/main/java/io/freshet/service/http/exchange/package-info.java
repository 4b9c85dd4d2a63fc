/** Parts that every route uses: bodies, parameters, JSON, and the problems that describe an error. */
@NullMarked
package io.freshet.service.http.exchange;

import org.jspecify.annotations.NullMarked;
