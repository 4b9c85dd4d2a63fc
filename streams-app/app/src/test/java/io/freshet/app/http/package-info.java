/** Tests of the HTTP server of a whole process. */
@NullMarked
package io.freshet.app.http;

import org.jspecify.annotations.NullMarked;
