/**
 * The click, the event everything starts from, and its JSON form on the topic {@code clicks}.
 */
@NullMarked
package io.freshet.event;

import org.jspecify.annotations.NullMarked;
