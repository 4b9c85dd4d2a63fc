/** The meaning of the types of events. */
@org.jspecify.annotations.NullMarked
package io.freshet.store.event;
