/** Brokers for integration tests. */
@NullMarked
package io.freshet.broker;

import org.jspecify.annotations.NullMarked;
