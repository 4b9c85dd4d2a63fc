/** The brokers that integration tests run on. */
@NullMarked
package io.freshet.broker;

import org.jspecify.annotations.NullMarked;
