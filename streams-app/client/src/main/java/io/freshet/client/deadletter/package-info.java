/** Records that Freshet could not use, as they are on the topic {@code dead-letters}. */
@NullMarked
package io.freshet.client.deadletter;

import org.jspecify.annotations.NullMarked;
