/** Certificates for tests. */
@org.jspecify.annotations.NullMarked
package io.freshet.testkit.tls;
