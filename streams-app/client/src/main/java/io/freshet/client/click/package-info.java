/** The click, which is Freshet's input event, and its JSON form on the topic {@code clicks}. */
@NullMarked
package io.freshet.client.click;

import org.jspecify.annotations.NullMarked;
