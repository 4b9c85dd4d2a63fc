/** Certificates for tests. */
@NullMarked
package io.freshet.testkit.tls;

import org.jspecify.annotations.NullMarked;
