/** Clicks that are sent to a topic: a generator of synthetic clicks, clicks from a file, and the pace at which they are sent. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.feed;
