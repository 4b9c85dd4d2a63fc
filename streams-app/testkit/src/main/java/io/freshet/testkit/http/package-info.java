/** An HTTP client for tests. */
@NullMarked
package io.freshet.testkit.http;

import org.jspecify.annotations.NullMarked;
