/** An HTTP client for tests. */
@org.jspecify.annotations.NullMarked
package io.freshet.testkit.http;
