/** Clicks that are sent to a topic: a generator of synthetic clicks, clicks from a file, and the pace at which they are sent. */
@NullMarked
package io.freshet.app.feed;

import org.jspecify.annotations.NullMarked;
