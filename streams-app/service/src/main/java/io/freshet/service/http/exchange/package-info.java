/** Parts that every route uses: bodies, parameters, JSON, and the problems that describe an error. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.http.exchange;
