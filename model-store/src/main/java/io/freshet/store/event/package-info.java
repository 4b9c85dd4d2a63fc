/**
 * The click, which is Freshet's input event, and its JSON form on the topic {@code clicks}.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.store.event;
